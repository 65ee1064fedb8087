/** A pipeline of one task with a required number and an optional text, as YAML. */
export const HELLO_PIPELINE = `components:
  comp-hello:
    executorLabel: exec-hello
    inputDefinitions:
      parameters:
        a:
          parameterType: NUMBER_INTEGER
deploymentSpec:
  executors:
    exec-hello:
      container:
        image: python:3.12
        command: [echo]
        args: ["{{$.inputs.parameters['a']}}"]
pipelineInfo:
  name: hello
root:
  dag:
    tasks:
      hello:
        cachingOptions: {}
        componentRef:
          name: comp-hello
        inputs:
          parameters:
            a:
              componentInputParameter: a
        taskInfo:
          name: hello
  inputDefinitions:
    parameters:
      a:
        parameterType: NUMBER_INTEGER
      greeting:
        parameterType: STRING
        isOptional: true
schemaVersion: 2.1.0
sdkVersion: kfp-2.17.0
`;
