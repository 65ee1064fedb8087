CREATE TABLE "changes" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "at" DATETIME NOT NULL,
    "origin" TEXT NOT NULL,
    "content" TEXT NOT NULL
);

CREATE INDEX "changes_at_idx" ON "changes" ("at");
