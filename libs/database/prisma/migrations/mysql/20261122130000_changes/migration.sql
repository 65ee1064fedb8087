CREATE TABLE `changes` (
    `id` BIGINT NOT NULL AUTO_INCREMENT,
    `at` DATETIME(3) NOT NULL,
    `origin` VARCHAR(36) NOT NULL,
    `content` LONGTEXT NOT NULL,
    INDEX `changes_at_idx` (`at`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
