-- Runs of a namespace by when they ended, or were to begin.
CREATE INDEX "runs_namespace_finished_idx" ON "runs" ("namespace", "storageState", "finishedAt", "id");
CREATE INDEX "runs_namespace_scheduled_idx" ON "runs" ("namespace", "storageState", "scheduledAt", "id");
