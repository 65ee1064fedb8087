CREATE TABLE "recurring_runs" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "namespace" TEXT NOT NULL,
    "experimentId" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "triggerKind" TEXT NOT NULL,
    "noCatchup" BOOLEAN NOT NULL,
    "maxConcurrency" INTEGER NOT NULL,
    "submitted" BOOLEAN NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    "pipelineId" TEXT,
    "pipelineVersionId" TEXT,
    "pipelineName" TEXT NOT NULL,
    "serviceAccount" TEXT NOT NULL,
    "scheduleName" TEXT NOT NULL,
    "pipelineRoot" TEXT,
    "runTrigger" TEXT NOT NULL,
    "lastRunAt" DATETIME,
    "nextRunAt" DATETIME,
    "lastIndex" INTEGER NOT NULL,
    "error" TEXT,
    "description" TEXT NOT NULL,
    "parameters" TEXT NOT NULL
);

CREATE TABLE "recurring_run_documents" (
    "recurringRunId" TEXT NOT NULL PRIMARY KEY,
    "pipelineSpec" TEXT NOT NULL,
    "platformSpec" TEXT,
    CONSTRAINT "recurring_run_documents_recurringRunId_fkey" FOREIGN KEY ("recurringRunId") REFERENCES "recurring_runs" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE INDEX "recurring_runs_newest_idx" ON "recurring_runs" ("createdAt", "id");

CREATE INDEX "recurring_runs_namespace_idx" ON "recurring_runs" ("namespace", "createdAt", "id");

CREATE INDEX "recurring_runs_namespace_name_idx" ON "recurring_runs" ("namespace", "displayName", "id");

CREATE INDEX "recurring_runs_experiment_idx" ON "recurring_runs" ("experimentId", "createdAt", "id");

CREATE INDEX "runs_recurring_idx" ON "runs" ("recurringRunId", "createdAt", "id");

CREATE INDEX "runs_recurring_state_idx" ON "runs" ("recurringRunId", "state", "createdAt", "id");
