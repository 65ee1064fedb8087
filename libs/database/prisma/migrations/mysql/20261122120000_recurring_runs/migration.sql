CREATE TABLE `recurring_runs` (
    `id` VARCHAR(64) NOT NULL,
    `namespace` VARCHAR(63) NOT NULL,
    `experimentId` VARCHAR(64) NOT NULL,
    `displayName` VARCHAR(255) NOT NULL,
    `status` VARCHAR(16) NOT NULL,
    `triggerKind` VARCHAR(16) NOT NULL,
    `noCatchup` BOOLEAN NOT NULL,
    `maxConcurrency` INTEGER NOT NULL,
    `submitted` BOOLEAN NOT NULL,
    `createdAt` DATETIME(3) NOT NULL,
    `updatedAt` DATETIME(3) NOT NULL,
    `pipelineId` VARCHAR(64) NULL,
    `pipelineVersionId` VARCHAR(64) NULL,
    `pipelineName` VARCHAR(255) NOT NULL,
    `serviceAccount` VARCHAR(255) NOT NULL,
    `scheduleName` VARCHAR(63) NOT NULL,
    `pipelineRoot` TEXT NULL,
    `runTrigger` TEXT NOT NULL,
    `lastRunAt` DATETIME(3) NULL,
    `nextRunAt` DATETIME(3) NULL,
    `lastIndex` INTEGER NOT NULL,
    `error` LONGTEXT NULL,
    `description` LONGTEXT NOT NULL,
    `parameters` LONGTEXT NOT NULL,
    INDEX `recurring_runs_newest_idx` (`createdAt`, `id`),
    INDEX `recurring_runs_namespace_idx` (`namespace`, `createdAt`, `id`),
    INDEX `recurring_runs_namespace_name_idx` (`namespace`, `displayName`, `id`),
    INDEX `recurring_runs_experiment_idx` (`experimentId`, `createdAt`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE `recurring_run_documents` (
    `recurringRunId` VARCHAR(64) NOT NULL,
    `pipelineSpec` LONGTEXT NOT NULL,
    `platformSpec` LONGTEXT NULL,
    PRIMARY KEY (`recurringRunId`),
    CONSTRAINT `recurring_run_documents_recurringRunId_fkey` FOREIGN KEY (`recurringRunId`) REFERENCES `recurring_runs` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE INDEX `runs_recurring_idx` ON `runs` (`recurringRunId`, `createdAt`, `id`);

CREATE INDEX `runs_recurring_state_idx` ON `runs` (`recurringRunId`, `state`, `createdAt`, `id`);
