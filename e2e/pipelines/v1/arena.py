"""The op that scripts for Arena use, as a container op: a command, volumes, code to fetch, metrics to read."""
import kfp.dsl as dsl
from kubernetes import client as k8s

def standalone_job_op(name, image, command, gpus=0, cpu=None, memory=None, env=(), data=(), sync_source=None, metrics=(), **_):
    task = dsl.ContainerOp(
        name=name,
        image=image,
        command=['sh', '-c', 'echo "$1"; echo "$1" > /output.txt', 'arena'],
        arguments=[command] + ['--data=%s' % each for each in data] + ['--metric=%s' % each for each in metrics],
        file_outputs={'train': '/output.txt'},
    )
    for each in env:
        key, value = each.split('=', 1)
        task.container.add_env_variable(k8s.V1EnvVar(name=key, value=value))
    if sync_source:
        task.container.add_env_variable(k8s.V1EnvVar(name='ARENA_SYNC_SOURCE', value=sync_source))
    if gpus:
        task.add_pod_annotation('gpus', str(gpus))
    return task
