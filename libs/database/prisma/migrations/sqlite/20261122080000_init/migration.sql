CREATE TABLE "experiments" (
    "id" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "storageState" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "lastRunCreatedAt" DATETIME,
    PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "experiments_namespace_name_key" ON "experiments" ("namespace", "name");

CREATE INDEX "experiments_createdAt_id_idx" ON "experiments" ("createdAt", "id");

CREATE INDEX "experiments_namespace_createdAt_id_idx" ON "experiments" ("namespace", "createdAt", "id");

CREATE INDEX "experiments_namespace_storageState_createdAt_id_idx" ON "experiments" ("namespace", "storageState", "createdAt", "id");

CREATE TABLE "pipelines" (
    "id" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "pipelines_namespace_name_key" ON "pipelines" ("namespace", "name");

CREATE INDEX "pipelines_createdAt_id_idx" ON "pipelines" ("createdAt", "id");

CREATE INDEX "pipelines_namespace_createdAt_id_idx" ON "pipelines" ("namespace", "createdAt", "id");

CREATE TABLE "pipeline_tags" (
    "pipelineId" TEXT NOT NULL,
    "tagKey" TEXT NOT NULL,
    "tagValue" TEXT NOT NULL,
    PRIMARY KEY ("pipelineId", "tagKey"),
    CONSTRAINT "pipeline_tags_pipelineId_fkey" FOREIGN KEY ("pipelineId") REFERENCES "pipelines" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE INDEX "pipeline_tags_tagKey_tagValue_pipelineId_idx" ON "pipeline_tags" ("tagKey", "tagValue", "pipelineId");

CREATE TABLE "pipeline_versions" (
    "id" TEXT NOT NULL,
    "pipelineId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "codeSourceUrl" TEXT,
    "packageUrl" TEXT,
    "createdAt" DATETIME NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "pipeline_versions_pipelineId_fkey" FOREIGN KEY ("pipelineId") REFERENCES "pipelines" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE UNIQUE INDEX "pipeline_versions_pipelineId_name_key" ON "pipeline_versions" ("pipelineId", "name");

CREATE INDEX "pipeline_versions_pipelineId_createdAt_id_idx" ON "pipeline_versions" ("pipelineId", "createdAt", "id");

CREATE TABLE "pipeline_version_tags" (
    "versionId" TEXT NOT NULL,
    "tagKey" TEXT NOT NULL,
    "tagValue" TEXT NOT NULL,
    PRIMARY KEY ("versionId", "tagKey"),
    CONSTRAINT "pipeline_version_tags_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "pipeline_versions" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE INDEX "pipeline_version_tags_tagKey_tagValue_versionId_idx" ON "pipeline_version_tags" ("tagKey", "tagValue", "versionId");

CREATE TABLE "pipeline_documents" (
    "versionId" TEXT NOT NULL,
    "pipelineSpec" TEXT NOT NULL,
    "platformSpec" TEXT,
    PRIMARY KEY ("versionId"),
    CONSTRAINT "pipeline_documents_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "pipeline_versions" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "experimentId" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "storageState" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "submitted" BOOLEAN NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "scheduledAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "pipelineId" TEXT,
    "pipelineVersionId" TEXT,
    "pipelineName" TEXT NOT NULL,
    "recurringRunId" TEXT,
    "serviceAccount" TEXT NOT NULL,
    "workflowName" TEXT NOT NULL,
    "pipelineRoot" TEXT,
    "artifactRoot" TEXT NOT NULL,
    "taskCounts" TEXT NOT NULL,
    "stateHistory" TEXT NOT NULL,
    "error" TEXT,
    "description" TEXT NOT NULL,
    "parameters" TEXT NOT NULL,
    PRIMARY KEY ("id")
);

CREATE INDEX "runs_newest_idx" ON "runs" ("createdAt", "id", "storageState", "state", "displayName");

CREATE INDEX "runs_namespace_idx" ON "runs" ("namespace", "createdAt", "id");

CREATE INDEX "runs_namespace_storage_idx" ON "runs" ("namespace", "storageState", "createdAt", "id", "state", "displayName");

CREATE INDEX "runs_namespace_state_idx" ON "runs" ("namespace", "storageState", "state", "createdAt", "id");

CREATE INDEX "runs_namespace_name_idx" ON "runs" ("namespace", "displayName", "id");

CREATE INDEX "runs_experiment_idx" ON "runs" ("experimentId", "createdAt", "id");

CREATE INDEX "runs_experiment_storage_idx" ON "runs" ("experimentId", "storageState", "createdAt", "id", "state", "displayName");

CREATE INDEX "runs_state_idx" ON "runs" ("state", "createdAt", "id");

CREATE INDEX "runs_pipeline_idx" ON "runs" ("pipelineId", "createdAt", "id");

CREATE TABLE "run_documents" (
    "runId" TEXT NOT NULL,
    "pipelineSpec" TEXT NOT NULL,
    "platformSpec" TEXT,
    "workflow" TEXT NOT NULL,
    PRIMARY KEY ("runId"),
    CONSTRAINT "run_documents_runId_fkey" FOREIGN KEY ("runId") REFERENCES "runs" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE TABLE "tasks" (
    "id" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "parentPath" TEXT NOT NULL,
    "taskKey" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "fingerprint" TEXT,
    "cachedFromRunId" TEXT,
    "cachedFromTaskId" TEXT,
    "createdAt" DATETIME NOT NULL,
    "queuedAt" DATETIME,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "dependsOn" TEXT NOT NULL,
    "attempts" TEXT NOT NULL,
    "message" TEXT,
    "inputs" TEXT,
    "outputs" TEXT,
    "execution" TEXT,
    PRIMARY KEY ("id"),
    CONSTRAINT "tasks_runId_fkey" FOREIGN KEY ("runId") REFERENCES "runs" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE UNIQUE INDEX "tasks_runId_path_key" ON "tasks" ("runId", "path");

CREATE INDEX "tasks_runId_position_idx" ON "tasks" ("runId", "position");

CREATE TABLE "artifacts" (
    "id" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "schemaTitle" TEXT NOT NULL,
    "schemaVersion" TEXT NOT NULL,
    "pipelineName" TEXT NOT NULL,
    "runId" TEXT,
    "taskId" TEXT,
    "createdAt" DATETIME NOT NULL,
    "uri" TEXT NOT NULL,
    "customPath" TEXT,
    "metadata" TEXT NOT NULL,
    PRIMARY KEY ("id")
);

CREATE INDEX "artifacts_createdAt_id_idx" ON "artifacts" ("createdAt", "id");

CREATE INDEX "artifacts_namespace_createdAt_id_idx" ON "artifacts" ("namespace", "createdAt", "id");

CREATE INDEX "artifacts_runId_idx" ON "artifacts" ("runId");

CREATE INDEX "artifacts_uri_idx" ON "artifacts" ("uri");

CREATE TABLE "task_artifacts" (
    "taskId" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "runId" TEXT NOT NULL,
    "artifactId" TEXT NOT NULL,
    PRIMARY KEY ("taskId", "direction", "name", "position"),
    CONSTRAINT "task_artifacts_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "tasks" ("id") ON DELETE CASCADE ON UPDATE RESTRICT,
    CONSTRAINT "task_artifacts_artifactId_fkey" FOREIGN KEY ("artifactId") REFERENCES "artifacts" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE INDEX "task_artifacts_runId_idx" ON "task_artifacts" ("runId");

CREATE INDEX "task_artifacts_artifactId_direction_idx" ON "task_artifacts" ("artifactId", "direction");

CREATE TABLE "metrics" (
    "runId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "taskId" TEXT NOT NULL,
    "value" REAL NOT NULL,
    PRIMARY KEY ("runId", "name", "taskId"),
    CONSTRAINT "metrics_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "tasks" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE INDEX "metrics_taskId_idx" ON "metrics" ("taskId");

CREATE TABLE "cache_entries" (
    "taskId" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "pipelineName" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    PRIMARY KEY ("taskId"),
    CONSTRAINT "cache_entries_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "tasks" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE INDEX "cache_entries_lookup_idx" ON "cache_entries" ("namespace", "pipelineName", "fingerprint", "createdAt", "taskId");
