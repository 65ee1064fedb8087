/**
 * From IR and plan to one Argo Workflow, and back from its nodes to tasks.
 *
 * @packageDocumentation
 */
export { compileWorkflow, type CompileOptions } from './compile-workflow.js';
export { answerGate, type AnswerContext, type AnswerableDecision, type GateAnswer } from './answer-gate.js';
export { gateTemplateName } from './gate-template.js';
export { gatedTaskOf, isGatedTask } from './gated-tasks.js';
export { attemptIndex, attemptsOf, hasNodeResult, isAroundTask, isGate, isOpenGate, readNodeResult, taskPathOf, taskStateOf, type Nodes } from './read-nodes.js';
export { PARAMETERS } from './transport-by-object-store.js';
