import { parentPort, workerData } from 'node:worker_threads';
import { isPipelineError } from '@millrace/errors';
import { isWorkflowPipeline, parseAnyPipeline, parseAnyPipelineValue, SpecError } from '@millrace/pipeline-spec';
import type { ParseAnswer, ParseRequest } from './parse-aside.js';

// The whole of a worker thread: reads one pipeline, says what became of it, and ends.
const { text, isValue, fileName, maxBytes } = workerData as ParseRequest;
/** Quotes and escapes alone make a pipeline longer than its text; more than this, aliases do. */
const JSON_BY_TEXT = 1.5;

function answer(): ParseAnswer {
  try {
    const pipeline = isValue ? parseAnyPipelineValue(JSON.parse(text)) : parseAnyPipeline(text, { fileName });
    // As JSON text, which is read again faster than it is copied from thread to thread.
    const json = JSON.stringify(isWorkflowPipeline(pipeline) ? [pipeline.workflow] : [pipeline.spec, ...(pipeline.platform ? [pipeline.platform] : [])]);
    const most = JSON_BY_TEXT * maxBytes;
    if (json.length > most) return { refused: `It is ${json.length} bytes long once its aliases are replaced by what they stand for; at most ${most} are taken.` };
    return { json };
  } catch (error) {
    if (error instanceof SpecError) return { issues: error.issues };
    if (isPipelineError(error)) return { refused: error.message };
    throw error;
  }
}

parentPort!.postMessage(answer());
