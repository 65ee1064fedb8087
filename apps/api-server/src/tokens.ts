/** What is injected by name rather than by class: the ports and the settings. */
export const SETTINGS = Symbol('Settings');
export const DATABASE = Symbol('Database');
export const RUN_CONTROLLER = Symbol('RunController');
export const SCHEDULE_CONTROLLER = Symbol('ScheduleController');
export const TASK_LOGS = Symbol('TaskLogs');
export const OBJECT_STORE = Symbol('ObjectStore');
