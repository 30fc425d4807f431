{{/* What all pods have in common. */}}

{{/* Takes uid: no root, no way to become it, and no calls that a service does not need. */}}
{{- define "sortie.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .uid }}
runAsGroup: {{ .uid }}
fsGroup: {{ .uid }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "sortie.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Takes root, component and uid: the part of a pod's spec that is the same everywhere. */}}
{{- define "sortie.podSpec" -}}
serviceAccountName: {{ include "sortie.serviceAccountName" .root | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "sortie.podSecurity" . | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "sortie.selector" . | nindent 8 }}
{{- end -}}

{{/* Takes root, component, annotations (a dict) and isProcess, for pods that serve metrics. */}}
{{- define "sortie.podMetadata" -}}
labels:
  {{- include "sortie.labels" . | nindent 2 }}
  {{- if .isProcess }}
  sortie/process: 'true'
  {{- end }}
  {{- with .root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (default (dict) .annotations) .root.Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Takes root, component and persistence: a claim that outlives the StatefulSet. Its labels never change, since it can't. */}}
{{- define "sortie.claimTemplate" -}}
volumeClaimTemplates:
  - metadata:
      name: data
      labels:
        {{- include "sortie.selector" . | nindent 8 }}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .persistence.storageClass }}
      storageClassName: {{ . | quote }}
      {{- end }}
      resources:
        requests:
          storage: {{ .persistence.size }}
{{- end -}}
