import { expect } from 'vitest';

interface Given {
  /** For the pipeline's required inputs; `{{artifacts}}` becomes a folder that tasks may write to. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A run is refused, and the sentences name just these. */
interface Refused extends Given {
  readonly refused: readonly string[];
}

/** A run goes to this end, with these outputs by path of the task. */
interface Ran extends Given {
  readonly state: 'SUCCEEDED' | 'FAILED';
  /** Container tasks by state; left out where chance decides. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly error?: RegExp;
}

/** A run would be taken, with so many tasks; it is not made, because it needs what not every machine has. */
interface Planned extends Given {
  readonly planned: number;
  readonly because: string;
}

export type Expectation = Refused | Ran | Planned;

/** Everything that a refusal may name. */
export const FEATURES = [
  'final status',
  'kubernetes.CreatePVC',
  'dsl.WorkspaceConfig',
  'required input of the pipeline',
  'secrets in environment variables',
  'secrets as files',
  'config maps in environment variables',
  'config maps as files',
  'pod fields in environment variables',
  'a persistent volume',
  'does not exist on this machine',
  'is inside the image',
  'no credentials for',
] as const;

/** What becomes of each valid pipeline of the corpus on one machine. */
export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  'component_with_metadata_fields.yaml': { refused: ['required input of the pipeline'] },
  'component_with_task_final_status_GH-12033.yaml': { refused: ['final status'] },
  'components_with_optional_artifacts.yaml': { state: 'SUCCEEDED' },
  'conditional_producer_and_consumers.yaml': { state: 'SUCCEEDED', parameters: { threshold: 3 } },
  'container_io.yaml': { refused: ['does not exist on this machine'], parameters: { text: 'text' } },
  'container_with_artifact_output.yaml': { state: 'FAILED', parameters: { num_epochs: 3 }, error: /run\.sh/ }, // its script is inside the image
  'container_with_placeholder_in_fstring.yaml': { refused: ['does not exist on this machine'] },
  'containerized_python_component.yaml': { refused: ['is inside the image'], parameters: { message1: 'text', message2: 'text' } },
  'create_pod_metadata_complex.yaml': { refused: ['pod fields in environment variables'] },
  'critical/component_with_optional_inputs.yaml': { state: 'SUCCEEDED' },
  'critical/container_component_with_no_inputs.yaml': { state: 'SUCCEEDED' },
  'critical/missing_kubernetes_optional_inputs.yaml': { refused: ['secrets in environment variables', 'secrets as files', 'config maps in environment variables', 'config maps as files'] },
  'critical/modelcar.yaml': { state: 'FAILED' }, // an imported oci:// model is registered, not unpacked
  'critical/multiple_artifacts_namedtuple.yaml': { state: 'SUCCEEDED' },
  'critical/parameter_cache.yaml': { state: 'SUCCEEDED', outputs: { mantle: { Output: 'foo' }, 'mantle/core/core-comp': { Output: 'foo' } } },
  'critical/parameter_oneof.yaml': { state: 'SUCCEEDED' },
  'critical/parameters_simple.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 5 } },
  'critical/pipeline_with_artifact_custom_path.yaml': { state: 'FAILED', error: /'Dataset' object has no attribute 'set_path'/ }, // asks for kfp 2.14.6, which has no such method
  'critical/pipeline_with_artifact_upload_download.yaml': { planned: 2, because: 'it reads a data set from the internet' },
  'critical/pipeline_with_importer_workspace.yaml': { refused: ['dsl.WorkspaceConfig'] },
  'critical/pipeline_with_input_status_state.yaml': { state: 'FAILED', error: /echo-state.*AssertionError/ }, // It wants KFP's undocumented name for success.
  'critical/pipeline_with_placeholders.yaml': { state: 'SUCCEEDED' },
  'critical/pipeline_with_retry.yaml': { state: 'SUCCEEDED', outputs: { add: { Output: 8 } } },
  'critical/pipeline_with_workspace.yaml': { refused: ['dsl.WorkspaceConfig'] },
  'critical/producer_consumer_param_pipeline.yaml': { state: 'SUCCEEDED' },
  'critical/pythonic_artifacts_test_pipeline.yaml': { state: 'SUCCEEDED' },
  'critical/two_step_pipeline_containerized.yaml': { state: 'SUCCEEDED' },
  'cross_loop_after_topology.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 19 } },
  'env-var.yaml': { state: 'SUCCEEDED', parameters: { env_var: 'HOME' }, outputs: { comp: { Output: expect.stringMatching(/^\//) } } },
  'essential/concat_message.yaml': { state: 'SUCCEEDED', parameters: { message1: 'a', message2: '二' }, outputs: { 'concat-message': { Output: 'a二' } } },
  'essential/container_no_input.yaml': { state: 'SUCCEEDED' },
  'essential/embedded_artifact.yaml': { state: 'FAILED', error: /module 'kfp\.dsl' has no attribute 'EmbeddedInput'/ }, // asks for kfp 2.14.3, which has no such type
  'essential/pipeline_with_condition.yaml': { state: 'SUCCEEDED' },
  'essential/pipeline_with_nested_conditions.yaml': { state: 'SUCCEEDED' },
  'essential/pipeline_with_nested_conditions_yaml.yaml': { state: 'SUCCEEDED' },
  'essential/pipeline_with_outputs.yaml': { state: 'SUCCEEDED' },
  'essential/pipeline_with_params_containing_format.yaml': { state: 'SUCCEEDED' },
  'essential/pipeline_with_reused_component.yaml': { state: 'SUCCEEDED' },
  'essential/placeholder_with_if_placeholder_none_input_value.yaml': { state: 'SUCCEEDED' },
  'failing/fail_v2.yaml': { state: 'FAILED', error: /^fail: Exit code 1/ },
  'failing/pipeline_with_exit_handler.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 2 } },
  'hello_world.yaml': { state: 'SUCCEEDED' },
  'identity.yaml': { state: 'SUCCEEDED', parameters: { value: '你好 "x"' }, outputs: { identity: { Output: '你好 "x"' } } },
  'if_elif_else_complex.yaml': { state: 'SUCCEEDED' },
  'if_else_with_oneof_parameters.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 3, SKIPPED: 1 } },
  'input_artifact.yaml': { refused: ['required input of the pipeline'] },
  'local_execution/local_execution_pipeline_with_exit_handler.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 2 } },
  'local_execution/local_execution_pipeline_with_ignore_upstream_failure.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 1 }, parameters: { marker_path: '/dev/null' } },
  'local_execution/local_execution_pipeline_with_k8s_only_methods.yaml': { planned: 1, because: 'it asks for a GPU' },
  'local_execution/local_execution_pipeline_with_oneof.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 2, SKIPPED: 1 } },
  'local_execution/local_execution_pipeline_with_retry.yaml': { state: 'SUCCEEDED', parameters: { counter_path: '{{artifacts}}/counter' }, outputs: { flaky: { Output: 'attempt=2' } } },
  'local_execution/pipeline_with_collected_artifacts.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 4 } },
  'long-running.yaml': { planned: 2, because: 'it sleeps for ten minutes' },
  'mounted_cabundle_secret.yaml': { state: 'SUCCEEDED' },
  'nested_return.yaml': { state: 'SUCCEEDED', outputs: { 'nested-return': { Output: [{ A_a: '1', B_b: '2' }, { A_a: '10', B_b: '20' }] } } },
  'notebook_component_mixed.yaml': { planned: 3, because: 'it installs Jupyter' },
  'output_metrics.yaml': { state: 'SUCCEEDED' },
  'parallel_and_nested/loop_consume_upstream.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 8 } },
  'parallel_and_nested/nested_parallel_for_secret.yaml': { refused: ['secrets in environment variables'] },
  'parallel_and_nested/nested_pipeline_opt_input_child_level_compiled.yaml': { state: 'SUCCEEDED' },
  'parallel_and_nested/parallel_for_mount_pvc.yaml': { refused: ['kubernetes.CreatePVC', 'a persistent volume'] },
  'parallel_and_nested/parallel_for_secret.yaml': { refused: ['secrets in environment variables'] },
  'parallel_and_nested/pipeline_in_pipeline_complex.yaml': { state: 'SUCCEEDED' },
  'parallel_and_nested/pipeline_with_loops.yaml': { state: 'SUCCEEDED', parameters: { loop_parameter: ['a', 'b'] } },
  'parameters_complex.yaml': { state: 'FAILED', error: /nested-add.*not iterable/ }, // Lists from loops in loops are flat, as on KFP's backend; these two were written for lists of lists.
  'pipeline_as_exit_task.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 3 } }, // Lists from loops in loops are flat, as on KFP's backend; these two were written for lists of lists.
  'pipeline_producer_consumer.yaml': { state: 'FAILED', error: /add.*not iterable/ }, // Lists from loops in loops are flat, as on KFP's backend; these two were written for lists of lists.
  'pipeline_with_concat_placeholder.yaml': { planned: 1, because: 'its [[ is not known to every sh' },
  'pipeline_with_dynamic_importer_metadata.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 3 } },
  'pipeline_with_importer.json': { state: 'FAILED', error: /train.*No such file/ }, // There is nothing here that could fetch these objects.
  'pipeline_with_metadata_fields.yaml': { refused: ['required input of the pipeline'], parameters: { string: 'text' } },
  'pipeline_with_nested_loops.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 12 } },
  'pipeline_with_only_display_name.yaml': { state: 'SUCCEEDED' },
  'pipeline_with_parallelfor_pipeline_param.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 9 }, parameters: { loop_parameter: ['a', 'b'], prefix: 'p' } },
  'pipeline_with_string_machine_fields_pipeline_input.yaml': { state: 'SUCCEEDED', outputs: { 'sum-numbers': { Output: 3 } } },
  'pipeline_with_task_final_status.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 2 } },
  'pipeline_with_task_final_status_yaml.yaml': { state: 'SUCCEEDED', counts: { SUCCEEDED: 2 } },
  'pipeline_with_task_using_ignore_upstream_failure.yaml': { state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 1 } },
  'pipeline_with_various_io_types.yaml': { refused: ['required input of the pipeline'], parameters: { input1: 'text' } },
  'pipeline_with_volume.yaml': { refused: ['kubernetes.CreatePVC', 'a persistent volume'] },
  'pvc_mount.yaml': { refused: ['a persistent volume'], parameters: { pvc_name: 'text' } },
  'pythonic_artifact_with_single_return.yaml': { state: 'FAILED', error: /No such file/ }, // There is nothing here that could fetch these objects.
  'pythonic_artifacts_with_multiple_returns.yaml': { state: 'SUCCEEDED' },
  'run_as_user_cache_disabled.yaml': { state: 'SUCCEEDED' },
  'run_as_user_cache_enabled.yaml': { state: 'SUCCEEDED' },
  'sequential_v2.yaml': { planned: 2, parameters: { url: 'gs://bucket/object' }, because: 'it needs gsutil and the internet' },
  'take_nap_compiled.yaml': { planned: 2, because: 'it sleeps for fifteen minutes' },
  'take_nap_pipeline_root_compiled.yaml': { refused: ['no credentials for'] },
  'two_step_pipeline.yaml': { planned: 2, because: 'it needs gsutil' },
  'upload_download_compiled.yaml': { planned: 3, parameters: { bucket_name: 'bucket', mlpipeline_minio_artifact_secret: 'secret' }, because: 'it needs MinIO' },
  'xgboost_sample_pipeline.yaml': { planned: 8, because: 'it installs XGBoost' },
};
