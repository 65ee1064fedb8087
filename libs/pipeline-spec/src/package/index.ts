/**
 * Reading an uploaded pipeline file or archive; needs Node.
 *
 * @packageDocumentation
 */
export { DEFAULT_MAX_PACKAGE_BYTES, readPipelinePackage, type PipelinePackage, type PipelinePackageSource } from './read-pipeline-package.js';
