CREATE TABLE `experiments` (
    `id` VARCHAR(64) NOT NULL,
    `namespace` VARCHAR(63) NOT NULL,
    `name` VARCHAR(128) NOT NULL,
    `description` LONGTEXT NOT NULL,
    `storageState` VARCHAR(16) NOT NULL,
    `createdAt` DATETIME(3) NOT NULL,
    `lastRunCreatedAt` DATETIME(3) NULL,
    UNIQUE INDEX `experiments_namespace_name_key` (`namespace`, `name`),
    INDEX `experiments_createdAt_id_idx` (`createdAt`, `id`),
    INDEX `experiments_namespace_createdAt_id_idx` (`namespace`, `createdAt`, `id`),
    INDEX `experiments_namespace_storageState_createdAt_id_idx` (`namespace`, `storageState`, `createdAt`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `pipelines` (
    `id` VARCHAR(64) NOT NULL,
    `namespace` VARCHAR(63) NOT NULL,
    `name` VARCHAR(128) NOT NULL,
    `displayName` VARCHAR(255) NOT NULL,
    `description` LONGTEXT NOT NULL,
    `createdAt` DATETIME(3) NOT NULL,
    UNIQUE INDEX `pipelines_namespace_name_key` (`namespace`, `name`),
    INDEX `pipelines_createdAt_id_idx` (`createdAt`, `id`),
    INDEX `pipelines_namespace_createdAt_id_idx` (`namespace`, `createdAt`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `pipeline_tags` (
    `pipelineId` VARCHAR(64) NOT NULL,
    `tagKey` VARCHAR(63) NOT NULL,
    `tagValue` VARCHAR(63) NOT NULL,
    INDEX `pipeline_tags_tagKey_tagValue_pipelineId_idx` (`tagKey`, `tagValue`, `pipelineId`),
    PRIMARY KEY (`pipelineId`, `tagKey`),
    CONSTRAINT `pipeline_tags_pipelineId_fkey` FOREIGN KEY (`pipelineId`) REFERENCES `pipelines` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `pipeline_versions` (
    `id` VARCHAR(64) NOT NULL,
    `pipelineId` VARCHAR(64) NOT NULL,
    `name` VARCHAR(127) NOT NULL,
    `displayName` VARCHAR(255) NOT NULL,
    `description` LONGTEXT NOT NULL,
    `codeSourceUrl` TEXT NULL,
    `packageUrl` TEXT NULL,
    `createdAt` DATETIME(3) NOT NULL,
    UNIQUE INDEX `pipeline_versions_pipelineId_name_key` (`pipelineId`, `name`),
    INDEX `pipeline_versions_pipelineId_createdAt_id_idx` (`pipelineId`, `createdAt`, `id`),
    PRIMARY KEY (`id`),
    CONSTRAINT `pipeline_versions_pipelineId_fkey` FOREIGN KEY (`pipelineId`) REFERENCES `pipelines` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `pipeline_version_tags` (
    `versionId` VARCHAR(64) NOT NULL,
    `tagKey` VARCHAR(63) NOT NULL,
    `tagValue` VARCHAR(63) NOT NULL,
    INDEX `pipeline_version_tags_tagKey_tagValue_versionId_idx` (`tagKey`, `tagValue`, `versionId`),
    PRIMARY KEY (`versionId`, `tagKey`),
    CONSTRAINT `pipeline_version_tags_versionId_fkey` FOREIGN KEY (`versionId`) REFERENCES `pipeline_versions` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `pipeline_documents` (
    `versionId` VARCHAR(64) NOT NULL,
    `pipelineSpec` LONGTEXT NOT NULL,
    `platformSpec` LONGTEXT NULL,
    PRIMARY KEY (`versionId`),
    CONSTRAINT `pipeline_documents_versionId_fkey` FOREIGN KEY (`versionId`) REFERENCES `pipeline_versions` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `runs` (
    `id` VARCHAR(64) NOT NULL,
    `namespace` VARCHAR(63) NOT NULL,
    `experimentId` VARCHAR(64) NOT NULL,
    `displayName` VARCHAR(255) NOT NULL,
    `storageState` VARCHAR(16) NOT NULL,
    `state` VARCHAR(16) NOT NULL,
    `submitted` BOOLEAN NOT NULL,
    `createdAt` DATETIME(3) NOT NULL,
    `scheduledAt` DATETIME(3) NOT NULL,
    `startedAt` DATETIME(3) NULL,
    `finishedAt` DATETIME(3) NULL,
    `pipelineId` VARCHAR(64) NULL,
    `pipelineVersionId` VARCHAR(64) NULL,
    `pipelineName` VARCHAR(255) NOT NULL,
    `recurringRunId` VARCHAR(64) NULL,
    `serviceAccount` VARCHAR(255) NOT NULL,
    `workflowName` VARCHAR(255) NOT NULL,
    `pipelineRoot` TEXT NULL,
    `artifactRoot` TEXT NOT NULL,
    `taskCounts` TEXT NOT NULL,
    `stateHistory` LONGTEXT NOT NULL,
    `error` LONGTEXT NULL,
    `description` LONGTEXT NOT NULL,
    `parameters` LONGTEXT NOT NULL,
    INDEX `runs_newest_idx` (`createdAt`, `id`, `storageState`, `state`, `displayName`),
    INDEX `runs_namespace_idx` (`namespace`, `createdAt`, `id`),
    INDEX `runs_namespace_storage_idx` (`namespace`, `storageState`, `createdAt`, `id`, `state`, `displayName`),
    INDEX `runs_namespace_state_idx` (`namespace`, `storageState`, `state`, `createdAt`, `id`),
    INDEX `runs_namespace_name_idx` (`namespace`, `displayName`, `id`),
    INDEX `runs_experiment_idx` (`experimentId`, `createdAt`, `id`),
    INDEX `runs_experiment_storage_idx` (`experimentId`, `storageState`, `createdAt`, `id`, `state`, `displayName`),
    INDEX `runs_state_idx` (`state`, `createdAt`, `id`),
    INDEX `runs_pipeline_idx` (`pipelineId`, `createdAt`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `run_documents` (
    `runId` VARCHAR(64) NOT NULL,
    `pipelineSpec` LONGTEXT NOT NULL,
    `platformSpec` LONGTEXT NULL,
    `workflow` LONGTEXT NOT NULL,
    PRIMARY KEY (`runId`),
    CONSTRAINT `run_documents_runId_fkey` FOREIGN KEY (`runId`) REFERENCES `runs` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `tasks` (
    `id` VARCHAR(64) NOT NULL,
    `runId` VARCHAR(64) NOT NULL,
    `path` VARCHAR(700) NOT NULL,
    `parentPath` VARCHAR(700) NOT NULL,
    `taskKey` VARCHAR(255) NOT NULL,
    `displayName` VARCHAR(255) NOT NULL,
    `kind` VARCHAR(16) NOT NULL,
    `position` INTEGER NOT NULL,
    `state` VARCHAR(16) NOT NULL,
    `fingerprint` VARCHAR(128) NULL,
    `cachedFromRunId` VARCHAR(64) NULL,
    `cachedFromTaskId` VARCHAR(64) NULL,
    `createdAt` DATETIME(3) NOT NULL,
    `queuedAt` DATETIME(3) NULL,
    `startedAt` DATETIME(3) NULL,
    `finishedAt` DATETIME(3) NULL,
    `dependsOn` LONGTEXT NOT NULL,
    `attempts` LONGTEXT NOT NULL,
    `message` LONGTEXT NULL,
    `inputs` LONGTEXT NULL,
    `outputs` LONGTEXT NULL,
    `execution` LONGTEXT NULL,
    UNIQUE INDEX `tasks_runId_path_key` (`runId`, `path`),
    INDEX `tasks_runId_position_idx` (`runId`, `position`),
    PRIMARY KEY (`id`),
    CONSTRAINT `tasks_runId_fkey` FOREIGN KEY (`runId`) REFERENCES `runs` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `artifacts` (
    `id` VARCHAR(64) NOT NULL,
    `namespace` VARCHAR(63) NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `schemaTitle` VARCHAR(255) NOT NULL,
    `schemaVersion` VARCHAR(64) NOT NULL,
    `pipelineName` VARCHAR(255) NOT NULL,
    `runId` VARCHAR(64) NULL,
    `taskId` VARCHAR(64) NULL,
    `createdAt` DATETIME(3) NOT NULL,
    `uri` TEXT NOT NULL,
    `customPath` TEXT NULL,
    `metadata` LONGTEXT NOT NULL,
    INDEX `artifacts_createdAt_id_idx` (`createdAt`, `id`),
    INDEX `artifacts_namespace_createdAt_id_idx` (`namespace`, `createdAt`, `id`),
    INDEX `artifacts_runId_idx` (`runId`),
    INDEX `artifacts_uri_idx` (`uri`(191)),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `task_artifacts` (
    `taskId` VARCHAR(64) NOT NULL,
    `direction` VARCHAR(8) NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `position` INTEGER NOT NULL,
    `runId` VARCHAR(64) NOT NULL,
    `artifactId` VARCHAR(64) NOT NULL,
    INDEX `task_artifacts_runId_idx` (`runId`),
    INDEX `task_artifacts_artifactId_direction_idx` (`artifactId`, `direction`),
    PRIMARY KEY (`taskId`, `direction`, `name`, `position`),
    CONSTRAINT `task_artifacts_taskId_fkey` FOREIGN KEY (`taskId`) REFERENCES `tasks` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT,
    CONSTRAINT `task_artifacts_artifactId_fkey` FOREIGN KEY (`artifactId`) REFERENCES `artifacts` (`id`) ON DELETE RESTRICT ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `metrics` (
    `runId` VARCHAR(64) NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `taskId` VARCHAR(64) NOT NULL,
    `value` DOUBLE NOT NULL,
    INDEX `metrics_taskId_idx` (`taskId`),
    PRIMARY KEY (`runId`, `name`, `taskId`),
    CONSTRAINT `metrics_taskId_fkey` FOREIGN KEY (`taskId`) REFERENCES `tasks` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `cache_entries` (
    `taskId` VARCHAR(64) NOT NULL,
    `namespace` VARCHAR(63) NOT NULL,
    `pipelineName` VARCHAR(255) NOT NULL,
    `fingerprint` VARCHAR(128) NOT NULL,
    `createdAt` DATETIME(3) NOT NULL,
    INDEX `cache_entries_lookup_idx` (`namespace`, `pipelineName`, `fingerprint`, `createdAt`, `taskId`),
    PRIMARY KEY (`taskId`),
    CONSTRAINT `cache_entries_taskId_fkey` FOREIGN KEY (`taskId`) REFERENCES `tasks` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
