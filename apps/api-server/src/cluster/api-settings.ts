import { flag, list, text, wholeNumber } from '@millrace/service-host';

/** What the API server takes from the environment, beside what every service takes. */
export const apiSettings = {
  MILLRACE_HTTP_HOST: text,
  MILLRACE_HTTP_PORT: wholeNumber({ min: 0, max: 65_535, standard: 8888 }),
  MILLRACE_BASE_PATH: text,
  /** The address of this install in browsers. */
  MILLRACE_BASE_URL: text,
  /** Beside the names that its Service has in the cluster. */
  MILLRACE_ALLOWED_HOSTS: list,
  /** Of the Service in front of this server. */
  MILLRACE_SERVICE_NAME: text,
  MILLRACE_TOKEN: text,
  MILLRACE_SERVICE_ACCOUNT: text,
  MILLRACE_TIME_ZONE: text,
  /** Without pages it is the API alone. */
  MILLRACE_PAGES: flag(true),
  /** How long after SIGTERM requests may still come. */
  MILLRACE_DRAIN_SECONDS: wholeNumber({ min: 0, max: 120, standard: 5 }),
} as const;
