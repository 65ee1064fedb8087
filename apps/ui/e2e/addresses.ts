const port = Number(process.env['MILLRACE_UI_E2E_PORT'] ?? 47611);

/** The made-up servers that the tests talk to; three ports from `MILLRACE_UI_E2E_PORT` on. */
export const PLAIN = { address: `http://127.0.0.1:${port}`, options: `--port ${port}` };
export const UNDER_BASE = { address: `http://127.0.0.1:${port + 1}/pipeline`, options: `--port ${port + 1} --base /pipeline` };
export const EMPTY = { address: `http://127.0.0.1:${port + 2}`, options: `--port ${port + 2} --empty` };
