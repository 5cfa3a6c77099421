{{- define "edge.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "edge.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "edge.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "edge.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "edge.selector" -}}
app.kubernetes.io/name: {{ include "edge.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: edge
{{- end -}}

{{/* What every object has, but for its name. */}}
{{- define "edge.metadata" -}}
labels:
  helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
  app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .Release.Service }}
  app.kubernetes.io/part-of: portico
  {{- include "edge.selector" . | nindent 2 }}
  {{- with .Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "edge.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "edge.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "edge.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- if .Values.image.registry -}}
{{- printf "%s/%s:%s" .Values.image.registry .Values.image.repository $tag -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- end -}}
{{- end -}}

{{/* The file portico-edge.yml. Ports above 1023 need no rights; the Service has the well-known ones. */}}
{{- define "edge.configuration" -}}
{{- if not .Values.baseDomain -}}
{{- fail "baseDomain must be set: the domain below which endpoints get their names" -}}
{{- end -}}
{{- $listeners := dict "http" (list ":8080") "https" (list ":8443") "agents" (list (printf ":%v" .Values.agents.port)) "management" (list ":4041") -}}
{{- if .Values.api.enabled -}}
{{- $_ := set $listeners "api" (list (printf ":%v" .Values.api.port)) -}}
{{- end -}}
{{- if .Values.dashboard.enabled -}}
{{- $_ := set $listeners "dashboard" (list (printf ":%v" .Values.dashboard.port)) -}}
{{- end -}}
{{- $public := dict "http_port" 80 "https_port" 443 -}}
{{- $own := dict "base_domain" .Values.baseDomain "data_dir" "/var/lib/portico-edge/data" "listeners" $listeners "public" $public -}}
{{- with .Values.tcp.ports -}}
{{- $first := first . | int -}}
{{- $last := first . | int -}}
{{- range . -}}
{{- $first = min $first (int .) -}}
{{- $last = max $last (int .) -}}
{{- end -}}
{{- $_ := set $own "tcp" (dict "ports" (printf "%d-%d" $first $last)) -}}
{{- end -}}
{{- toYaml (merge $own (deepCopy .Values.config)) -}}
{{- end -}}

{{- define "edge.environment" -}}
{{- if .Values.store.secret -}}
- name: PORTICO_EDGE_STORE
  valueFrom:
    secretKeyRef:
      name: {{ .Values.store.secret }}
      key: {{ .Values.store.key }}
{{ end -}}
{{- with .Values.extraEnv -}}
{{- toYaml . }}
{{ end -}}
- {name: TMPDIR, value: /tmp}
{{- end -}}

{{- define "edge.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "edge.mounts" -}}
- {name: data, mountPath: /var/lib/portico-edge}
- {name: configuration, mountPath: /etc/portico, readOnly: true}
- {name: temporary, mountPath: /tmp}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
