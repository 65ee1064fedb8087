"""One small pipeline for each thing that kfp.kubernetes can say of a task, and for workspaces."""

from typing import List

from kfp import dsl, kubernetes
from kfp.dsl import Artifact, Dataset, Input, Output

IMAGE = 'python:3.12'


@dsl.component(base_image=IMAGE)
def variable(name: str) -> str:
    import os
    return os.environ.get(name, 'nothing')


@dsl.component(base_image=IMAGE)
def length_of(name: str) -> int:
    import os
    return len(os.environ[name])


@dsl.component(base_image=IMAGE)
def content(path: str) -> str:
    with open(path) as file:
        return file.read()


@dsl.component(base_image=IMAGE)
def names_in(path: str) -> List[str]:
    import os
    return sorted(os.listdir(path))


@dsl.component(base_image=IMAGE)
def put(path: str, text: str) -> str:
    import os
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'a') as file:
        file.write(text)
    return path


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.component(base_image=IMAGE)
def make(text: str, data: Output[Dataset]) -> str:
    with open(data.path, 'w') as file:
        file.write(text)
    return data.uri


@dsl.component(base_image=IMAGE)
def read(data: Input[Dataset]) -> str:
    with open(data.path) as file:
        return f'{data.path.split("/")[1]}: {file.read()}'


@dsl.component(base_image=IMAGE)
def make_folder(data: Output[Dataset]) -> str:
    import os
    os.makedirs(f'{data.path}/inner: deep')
    for name in ('first', 'inner: deep/second', 'third.tmp'):
        with open(f'{data.path}/{name}', 'w') as file:
            file.write(name)
    return data.uri


@dsl.component(base_image=IMAGE)
def tree(data: Input[Dataset]) -> dict:
    import os
    found = {'': data.path.split('/')[1:3]}
    for folder, _, files in os.walk(data.path):
        for name in files:
            with open(os.path.join(folder, name)) as file:
                found[os.path.relpath(os.path.join(folder, name), data.path)] = file.read()
    return found


@dsl.component(base_image=IMAGE)
def change(data: Input[Dataset]):
    import os
    os.remove(f'{data.path}/first')
    with open(f'{data.path}/inner: deep/second', 'a') as file:
        file.write(' changed')
    with open(f'{data.path}/inner: deep/new', 'w') as file:
        file.write('new')


@dsl.component(base_image=IMAGE)
def sleep(seconds: int):
    import time
    time.sleep(seconds)


@dsl.component(
    base_image=IMAGE,
    task_config_passthroughs=[
        dsl.TaskConfigField.RESOURCES,
        dsl.TaskConfigField.KUBERNETES_NODE_SELECTOR,
        dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.ENV, apply_to_task=True),
        dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.KUBERNETES_VOLUMES, apply_to_task=True),
    ],
)
def configured(task_config: dsl.TaskConfig) -> dict:
    import os
    return {
        'resources': task_config.resources,
        'node_selector': task_config.node_selector,
        'env': task_config.env,
        'mounts': task_config.volume_mounts,
        'tolerations': task_config.tolerations,
        'own': os.environ.get('COLOUR'),
    }


@dsl.container_component
def length_in_shell(length: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image='busybox', command=['sh', '-c', 'printf "${#0}" > "$1"'], args=['$(TOKEN)', length])


@dsl.pipeline(name='secrets')
def secrets(secret: str = 'login'):
    known = variable(name='PASSWORD')
    kubernetes.use_secret_as_env(known, 'login', {'password': 'PASSWORD'})
    given = variable(name='PASSWORD')
    kubernetes.use_secret_as_env(given, secret, {'password': 'PASSWORD'})
    mounted = content(path='/etc/login/password')
    kubernetes.use_secret_as_volume(mounted, secret, '/etc/login')
    named = say(text='login')
    late = names_in(path='/etc/login')
    kubernetes.use_secret_as_volume(late, named.output, '/etc/login')
    with dsl.ParallelFor(['PASSWORD', 'USER_NAME']) as name:
        each = variable(name=name)
        kubernetes.use_secret_as_env(each, secret, {'password': 'PASSWORD', 'user': 'USER_NAME'})


@dsl.pipeline(name='secret-that-is-kept')
def secret_that_is_kept():
    task = length_of(name='TOKEN')
    kubernetes.use_secret_as_env(task, 'token', {'value': 'TOKEN'})
    shell = length_in_shell()
    kubernetes.use_secret_as_env(shell, 'token', {'value': 'TOKEN'})


@dsl.pipeline(name='optional-secrets')
def optional_secrets():
    known = variable(name='PASSWORD')
    kubernetes.use_secret_as_env(known, 'no-such-secret', {'password': 'PASSWORD'}, optional=True)
    mounted = names_in(path='/etc/login')
    kubernetes.use_secret_as_volume(mounted, 'no-such-secret', '/etc/login', optional=True)
    settings = names_in(path='/etc/settings')
    kubernetes.use_config_map_as_volume(settings, 'no-such-map', '/etc/settings', optional=True)


@dsl.pipeline(name='missing-secret')
def missing_secret():
    task = variable(name='PASSWORD')
    kubernetes.use_secret_as_env(task, 'no-such-secret', {'password': 'PASSWORD'})
    other = names_in(path='/etc/settings')
    kubernetes.use_config_map_as_volume(other, 'no-such-map', '/etc/settings')


@dsl.pipeline(name='secret-that-is-missing-late')
def secret_that_is_missing_late():
    named = say(text='no-such-secret')
    task = variable(name='PASSWORD')
    kubernetes.use_secret_as_env(task, named.output, {'password': 'PASSWORD'})


@dsl.pipeline(name='config-maps')
def config_maps():
    known = variable(name='COLOUR')
    kubernetes.use_config_map_as_env(known, 'settings', {'colour': 'COLOUR'})
    mounted = content(path='/etc/settings/colour')
    kubernetes.use_config_map_as_volume(mounted, 'settings', '/etc/settings')


@dsl.pipeline(name='pod-fields')
def pod_fields():
    fields = {
        'NAME': 'metadata.name',
        'NAMESPACE': 'metadata.namespace',
        'TEAM': "metadata.labels['team']",
        'NOTE': "metadata.annotations['note']",
        'NODE': 'spec.nodeName',
    }
    for name, path in fields.items():
        task = variable(name=name).set_display_name(name)
        kubernetes.use_field_path_as_env(task, name, path)
        kubernetes.add_pod_label(task, 'team', 'red')
        kubernetes.add_pod_annotation(task, 'note', 'a "note"')


@dsl.pipeline(name='volumes')
def volumes():
    made = kubernetes.CreatePVC(access_modes=['ReadWriteOnce'], size='5Mi', pvc_name_suffix='-mine', storage_class_name='standard')
    written = put(path='/data/inner/file', text='kept')
    kubernetes.mount_pvc(written, made.outputs['name'], '/data')
    with dsl.ParallelFor(['/data/file']) as path:
        inner = content(path=path).after(written)
        kubernetes.mount_pvc(inner, made.outputs['name'], '/data', sub_path='inner')
    kubernetes.DeletePVC(pvc_name=made.outputs['name']).after(inner)


@dsl.pipeline(name='volume-with-a-name')
def volume_with_a_name(name: str = 'shared'):
    made = kubernetes.CreatePVC(pvc_name=name, access_modes=['ReadWriteMany'], size='5Mi')
    written = put(path='/data/log', text='x').set_caching_options(False).after(made)
    kubernetes.mount_pvc(written, name, '/data')
    back = content(path='/data/log').set_caching_options(False).after(written)
    kubernetes.mount_pvc(back, name, '/data')


@dsl.pipeline(name='no-such-volume')
def no_such_volume():
    task = names_in(path='/data')
    kubernetes.mount_pvc(task, 'no-such-volume', '/data')
    kubernetes.DeletePVC(pvc_name='no-such-volume')


@dsl.pipeline(name='volume-in-use')
def volume_in_use():
    made = kubernetes.CreatePVC(access_modes=['ReadWriteOnce'], size='5Mi', pvc_name_suffix='-busy')
    busy = sleep(seconds=8)
    kubernetes.mount_pvc(busy, made.outputs['name'], '/data')
    begun = sleep(seconds=2).after(made)
    kubernetes.DeletePVC(pvc_name=made.outputs['name']).after(begun)


@dsl.pipeline(name='folders-of-a-pod')
def folders_of_a_pod():
    empty = put(path='/scratch/file', text='x')
    kubernetes.empty_dir_mount(empty, 'scratch', '/scratch', medium='Memory', size_limit='1Mi')
    other = names_in(path='/scratch').after(empty)
    kubernetes.empty_dir_mount(other, 'scratch', '/scratch')
    ephemeral = put(path='/mnt/large/file', text='x')
    kubernetes.add_ephemeral_volume(ephemeral, 'large', '/mnt/large', ['ReadWriteOnce'], '1Gi')


@dsl.pipeline(name='placement')
def placement(selector: dict = {'disk': 'ssd'}, tolerations: list = []):
    task = say(text='placed')
    kubernetes.add_node_selector_json(task, selector)
    kubernetes.add_toleration_json(task, tolerations)
    kubernetes.add_toleration(task, key='a', operator='Exists', effect='NoSchedule')
    kubernetes.add_node_affinity(task, match_expressions=[{'key': 'zone', 'operator': 'In', 'values': ['a']}], weight=5)
    kubernetes.set_security_context(task, run_as_user=1000, run_as_non_root=True)
    kubernetes.set_image_pull_policy(task, 'Always')
    kubernetes.set_image_pull_secrets(task, ['registry'])


@dsl.pipeline(name='task-timeout')
def task_timeout():
    kubernetes.set_timeout(sleep(seconds=60), 1)


@dsl.pipeline(name='too-many-gpus')
def too_many_gpus():
    say(text='x').set_accelerator_type('nvidia.com/gpu').set_accelerator_limit(512)
    with dsl.ParallelFor([1]) as item:
        sleep(seconds=item).set_accelerator_type('google.com/tpu').set_accelerator_limit(1)


@dsl.pipeline(name='more-cpu-than-there-is')
def more_cpu_than_there_is():
    say(text='done').set_cpu_limit('512').set_memory_limit('900Ti')


@dsl.pipeline(name='task-config')
def task_config():
    task = configured().set_cpu_limit('1').set_memory_limit('1Gi').set_env_variable('COLOUR', 'red')
    kubernetes.add_node_selector(task, 'disk', 'ssd')
    kubernetes.empty_dir_mount(task, 'scratch', '/scratch')
    kubernetes.use_config_map_as_volume(task, 'settings', '/etc/settings')


@dsl.pipeline(name='workspace', pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def workspace():
    written = put(path=dsl.WORKSPACE_PATH_PLACEHOLDER + '/a/file', text='shared')
    content(path=written.output)
    names_in(path=dsl.WORKSPACE_PATH_PLACEHOLDER).after(written)


@dsl.pipeline(name='importer-into-the-workspace', pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def importer_into_the_workspace(address: str):
    known = dsl.importer(artifact_uri=address, artifact_class=Dataset, download_to_workspace=True)
    read(data=known.output)
    made = make(text='made')
    late = dsl.importer(artifact_uri=made.outputs['Output'], artifact_class=Dataset, download_to_workspace=True)
    read(data=late.output)


@dsl.pipeline(name='copies-in-the-workspace', pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def copies_in_the_workspace():
    """A folder, brought again over what a task has changed in it; and one file by three importers at once."""
    made = make_folder()
    first = dsl.importer(artifact_uri=made.outputs['Output'], artifact_class=Dataset, download_to_workspace=True)
    as_anybody = tree(data=first.output)
    kubernetes.set_security_context(as_anybody, run_as_user=1234, run_as_group=1234)
    changed = change(data=first.output).after(as_anybody)
    seen = tree(data=first.output).after(changed)
    again = dsl.importer(artifact_uri=made.outputs['Output'], artifact_class=Dataset, reimport=True, download_to_workspace=True).after(seen)
    tree(data=again.output)
    text = make(text='by three')
    with dsl.ParallelFor([1, 2, 3]):
        same = dsl.importer(artifact_uri=text.outputs['Output'], artifact_class=Dataset, download_to_workspace=True)
        read(data=same.output)
