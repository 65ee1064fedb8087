{{- define "millrace.labels" -}}
app.kubernetes.io/name: millrace
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Takes (dict "root" $ "component" "api-server"). */}}
{{- define "millrace.selector" -}}
app.kubernetes.io/name: millrace
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "millrace.name" -}}
{{- if contains "millrace" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-millrace" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Takes (dict "root" $ "image" .Values.images.x "tag" "default tag"). */}}
{{- define "millrace.image" -}}
{{- $registry := .root.Values.images.registry | trimSuffix "/" -}}
{{- $repository := .image.repository -}}
{{- if $registry }}{{- $repository = printf "%s/%s" $registry (regexReplaceAll "^[^/]+[.:][^/]*/" $repository "") }}{{ end -}}
{{- if .image.digest }}{{ printf "%s@%s" $repository .image.digest }}{{ else }}{{ printf "%s:%s" $repository (.image.tag | default .tag | default .root.Chart.AppVersion) }}{{ end -}}
{{- end }}

{{- define "millrace.pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* What the "restricted" pod security standard asks of a pod and of its containers. */}}
{{- define "millrace.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end }}
{{- define "millrace.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "millrace.databaseHost" -}}
{{- if .Values.database.bundled.enabled }}{{ include "millrace.name" . }}-mysql{{ else }}{{ required "database.external.host: name the MySQL, or set database.bundled.enabled" .Values.database.external.host }}{{ end }}
{{- end }}
{{- define "millrace.databaseSecret" -}}
{{- if .Values.database.bundled.enabled }}{{ include "millrace.name" . }}-mysql{{ else }}{{ required "database.external.secret.name: name the Secret with user and password" .Values.database.external.secret.name }}{{ end }}
{{- end }}
{{- define "millrace.s3Endpoint" -}}
{{- if .Values.objectStore.bundled.enabled }}http://{{ include "millrace.name" . }}-minio:9000{{ else }}{{ required "objectStore.external.endpoint: name the S3 service, or set objectStore.bundled.enabled" .Values.objectStore.external.endpoint }}{{ end }}
{{- end }}
{{- define "millrace.pipelineRoot" -}}
{{ .Values.runs.pipelineRoot | default (printf "minio://%s/v2/artifacts" .Values.objectStore.bucket) }}
{{- end }}

{{/* Settings of the database: all that a migration needs. */}}
{{- define "millrace.databaseEnv" -}}
{{- $keys := .Values.database.external.secret }}
{{- if .Values.database.bundled.enabled }}{{ $keys = dict "userKey" "username" "passwordKey" "password" }}{{ end }}
- { name: MILLRACE_LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
- { name: MILLRACE_DATABASE_HOST, value: {{ include "millrace.databaseHost" . | quote }} }
- { name: MILLRACE_DATABASE_PORT, value: {{ ternary 3306 .Values.database.external.port .Values.database.bundled.enabled | quote }} }
- { name: MILLRACE_DATABASE_NAME, value: {{ .Values.database.name | quote }} }
- { name: MILLRACE_DATABASE_TLS, value: {{ and (not .Values.database.bundled.enabled) .Values.database.external.tls | quote }} }
- { name: MILLRACE_DATABASE_CONNECTIONS, value: {{ .Values.database.connections | quote }} }
- name: MILLRACE_DATABASE_USER
  valueFrom: { secretKeyRef: { name: {{ include "millrace.databaseSecret" . }}, key: {{ $keys.userKey }} } }
- name: MILLRACE_DATABASE_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "millrace.databaseSecret" . }}, key: {{ $keys.passwordKey }} } }
{{- end }}

{{- define "millrace.clusterEnv" -}}
{{ include "millrace.databaseEnv" . }}
- name: MILLRACE_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
- { name: MILLRACE_VERSION, value: {{ .Chart.AppVersion | quote }} }
- { name: MILLRACE_S3_ENDPOINT, value: {{ include "millrace.s3Endpoint" . | quote }} }
- { name: MILLRACE_S3_REGION, value: {{ .Values.objectStore.region | quote }} }
- { name: MILLRACE_S3_PATH_STYLE, value: {{ or .Values.objectStore.bundled.enabled .Values.objectStore.external.pathStyle | quote }} }
- { name: MILLRACE_S3_SECRET, value: {{ .Values.objectStore.secret.name | quote }} }
- { name: MILLRACE_S3_SECRET_ACCESS_KEY, value: {{ .Values.objectStore.secret.accessKeyKey | quote }} }
- { name: MILLRACE_S3_SECRET_SECRET_KEY, value: {{ .Values.objectStore.secret.secretKeyKey | quote }} }
- { name: MILLRACE_PIPELINE_ROOT, value: {{ include "millrace.pipelineRoot" . | quote }} }
- { name: MILLRACE_COPY_IMAGE, value: {{ .Values.runs.copyImage | default (include "millrace.image" (dict "root" . "image" .Values.images.millrace)) | quote }} }
- { name: MILLRACE_CACHE, value: {{ .Values.runs.cache | quote }} }
- { name: MILLRACE_ARGO_INSTANCE_ID, value: {{ .Values.argo.instanceId | quote }} }
{{- end }}

{{/* The pod of one of our services. Takes (dict "root" $ "component" "…" "values" .Values.x "ports" (list) "env" "yaml" "grace" seconds). */}}
{{- define "millrace.pod" -}}
metadata:
  labels:
    {{- include "millrace.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- with .values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with .values.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "millrace.name" .root }}-{{ .component }}
  {{- include "millrace.pullSecrets" .root | nindent 2 }}
  terminationGracePeriodSeconds: {{ .grace | default 45 }}
  enableServiceLinks: false
  securityContext: {{- include "millrace.podSecurity" . | nindent 4 }}
  containers:
    - name: {{ .component }}
      image: {{ include "millrace.image" (dict "root" .root "image" .root.Values.images.millrace) }}
      imagePullPolicy: {{ .root.Values.images.pullPolicy }}
      args: [{{ .component }}.mjs]
      securityContext: {{- include "millrace.containerSecurity" . | nindent 8 }}
      ports:
        {{- range .ports }}
        - { name: {{ .name }}, containerPort: {{ .port }} }
        {{- end }}
        - { name: probes, containerPort: 8081 }
      env:
        {{- include "millrace.clusterEnv" .root | nindent 8 }}
        {{- with .env }}{{ . | nindent 8 }}{{ end }}
        {{- range $name, $value := .values.env }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
        {{- end }}
      # Until it is ready it may be waiting for a migration, which may take as long as it takes: that is no reason to end it.
      startupProbe: { httpGet: { path: /livez, port: probes }, periodSeconds: 1, failureThreshold: 60 }
      livenessProbe: { httpGet: { path: /livez, port: probes }, periodSeconds: 10, failureThreshold: 6 }
      readinessProbe: { httpGet: { path: /readyz, port: probes }, periodSeconds: 5, failureThreshold: 2 }
      resources: {{- toYaml .values.resources | nindent 8 }}
      volumeMounts: [{ name: tmp, mountPath: /tmp }]
  volumes: [{ name: tmp, emptyDir: {} }]
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "millrace.selector" . | nindent 10 }}
  {{- with .values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Whether a definition is this release's to make: one that somebody else made, KFP or another release, serves as well. Takes (dict "root" $ "name" "…"). */}}
{{- define "millrace.ownsCrd" -}}
{{- $there := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name }}
{{- $annotations := dig "metadata" "annotations" dict $there }}
{{- if or (not $there) (and (eq (get $annotations "meta.helm.sh/release-name") .root.Release.Name) (eq (get $annotations "meta.helm.sh/release-namespace") .root.Release.Namespace)) }}yes{{ end }}
{{- end }}
