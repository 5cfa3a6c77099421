{{/* Parts that more than one definition has. */}}
{{- define "crds.head" -}}
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {{ .plural }}.ngrok.com
  annotations:
    # A definition takes all of its objects along.
    helm.sh/resource-policy: keep
spec:
  group: ngrok.com
  scope: Namespaced
  names:
    kind: {{ .kind }}
    listKind: {{ .kind }}List
    plural: {{ .plural }}
    singular: {{ .kind | lower }}
    {{- with .short }}
    shortNames: [{{ . }}]
    {{- end }}
    categories: [networking, ngrok]
{{- end -}}

{{- define "crds.about" -}}
description:
  description: For people; nothing looks at it.
  type: string
  maxLength: 255
  default: Created by the ngrok-operator
metadata:
  description: Texts by name, as they stand at the platform.
  type: object
  additionalProperties: {type: string}
  default: {owned-by: ngrok-operator}
{{- end -}}

{{- define "crds.bindings" -}}
bindings:
  description: From where it is reached; by the URL where nothing is said.
  type: array
  maxItems: 1
  items:
    type: string
    enum: [public, internal, kubernetes]
{{- end -}}

{{- define "crds.policy" -}}
trafficPolicy:
  description: A policy that stands here, or the name of one. Exactly one of both.
  type: object
  properties:
    inline:
      description: The policy itself.
      type: object
      x-kubernetes-preserve-unknown-fields: true
    targetRef:
      description: A TrafficPolicy of the same namespace.
      type: object
      required: [name]
      properties:
        name: {type: string, minLength: 1, maxLength: 253}
  {{- if include "crds.rules" . }}
  x-kubernetes-validations:
    - rule: has(self.inline) != has(self.targetRef)
      message: exactly one of inline and targetRef
  {{- end }}
{{- end -}}

{{/* Whether the cluster knows rules in definitions: those before 1.25 refuse them. The operator checks the same. */}}
{{- define "crds.rules" -}}
{{- if semverCompare ">=1.25-0" .Capabilities.KubeVersion.Version -}}yes{{- end -}}
{{- end -}}

{{- define "crds.conditions" -}}
observedGeneration: {type: integer, format: int64}
conditions:
  type: array
  maxItems: 8
  x-kubernetes-list-type: map
  x-kubernetes-list-map-keys: [type]
  items:
    type: object
    required: [type, status, reason, lastTransitionTime]
    properties:
      type: {type: string, maxLength: 316}
      status: {type: string, enum: ["True", "False", Unknown]}
      reason: {type: string, maxLength: 1024}
      message: {type: string, maxLength: 32768}
      lastTransitionTime: {type: string, format: date-time}
      observedGeneration: {type: integer, format: int64, minimum: 0}
{{- end -}}

{{- define "crds.endpointstatus" -}}
assignedURL: {type: string}
attachedTrafficPolicy: {type: string}
domainRef:
  type: object
  nullable: true
  required: [name]
  properties:
    name: {type: string}
    namespace: {type: string}
{{ include "crds.conditions" . }}
{{- end -}}

{{- define "crds.columns" -}}
- {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
- name: Ready
  type: string
  jsonPath: .status.conditions[?(@.type=="Ready")].status
- name: Reason
  type: string
  priority: 1
  jsonPath: .status.conditions[?(@.type=="Ready")].reason
- name: Message
  type: string
  priority: 1
  jsonPath: .status.conditions[?(@.type=="Ready")].message
{{- end -}}
