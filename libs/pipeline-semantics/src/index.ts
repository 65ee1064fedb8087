/**
 * What the IR means. The only copy: the planner at submission and the run controller call the same functions. Pure: ids and times
 * are arguments.
 *
 * @packageDocumentation
 */
export type { Layout, ObjectLocation, ObjectStoreAccess } from './layout.js';
export type { RunFacts, RunView, RuntimeArtifact, ScopePath, TaskFacts, TaskState, TaskValues } from './run-view.js';
export type { CacheHit, Decision, Effect, ExecutionPlan, WorkspaceCopy } from './decision.js';
export { isClaimTask } from './claim-task.js';
export { fillsWorkspace } from './import-artifact.js';
export type { CachePolicy, CollectedArtifact, CollectedOutputs, Plan, PlannedTask, PlanSteps } from './plan.js';

export { resolveRunParameters, type InputIssue } from './run-parameters.js';
export { effectiveArtifactRoot } from './artifact-root.js';
export { MAX_TASKS, planRun, type PlanRunContext } from './plan-run.js';
export { decide, reasonNotStarted, type DecideContext } from './decide.js';
export { expandLoop, type LoopMember } from './expand-loop.js';
export { MAX_ITERATIONS, isLoop, isLoopPath } from './loop-items.js';
export { collectOutputs, type TaskRemains } from './collect-outputs.js';
export { iterationInputs, resolveTaskInputs, type ResolveContext, type ResolvedInputs } from './resolve-inputs.js';
export { resolveDagOutputs } from './resolve-outputs.js';
export { dependencyRule, judgeDependency, triggerStrategyOf, type TaskKind, type TriggerStrategy } from './dependency-rule.js';
export { dagStateOf, isFinalTaskState, runStateOf, type RunEvidence, type RunState } from './run-state.js';

export { ROOT_PATH, iterationOf, iterationPath, parentOf, taskKeyOf, taskPath } from './scope-path.js';
export { locateTask, scopeComponent, type LocatedTask } from './pipeline-tasks.js';
export { canonicalJson } from './canonical-json.js';
export { textToValue, typeProblem, valueToText, type ValueOrProblem } from './parameter-value.js';
export { localPathOf, pathOfUri } from './local-path.js';
export { attemptFolder, attemptMark, isPlacedByAttempt, placeAttempt } from './attempt-folder.js';
export { outputFileName, placeOutputs, taskRootOf, usesTaskRoot, type OutputPlaces } from './place-outputs.js';
export { MAX_LIST_FOLDERS, downloadsOf, type Download, type Downloads } from './downloads.js';
export type { ContainerField, LateField } from './late-fields.js';
export { lateParts } from './plan-execution.js';
export { isPodField, type ContainerResources, type EnvVariable, type PodField, type PodFragment } from './pod/pod-fragment.js';
export { HARDENED } from './pod/hardened.js';
export { kubernetesSettingsOf } from './pod/setting-bindings.js';
export { lateSettings, staticPodOf, workspaceClaim } from './pod/task-settings.js';
export { renderResources } from './container-resources.js';
export { fingerprintOf, type FingerprintFacts } from './cache-key.js';
export { sha256Hex } from './sha256.js';
export type { ExecutorInput } from './executor-input.js';
