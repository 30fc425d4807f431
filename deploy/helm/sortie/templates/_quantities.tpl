{{/* A size such as 50Gi in MiB; the schema lets Mi, Gi and Ti through. */}}
{{- define "sortie.mebibytes" -}}
{{- $units := dict "Mi" 1 "Gi" 1024 "Ti" 1048576 -}}
{{- mul (regexFind "^[0-9]+" . | int) (index $units (regexFind "[MGT]i$" .)) -}}
{{- end -}}

{{/* What the claims of this release ask for, in MiB. */}}
{{- define "sortie.claimedMebibytes" -}}
{{- $values := .Values -}}
{{- $sizes := list -}}
{{- if $values.persistence.enabled -}}
{{- if ne $values.database.type "postgres" -}}
{{- if not $values.persistence.existingClaim }}{{ $sizes = append $sizes $values.persistence.size }}{{ end -}}
{{- else -}}
{{- if and $values.nats.enabled $values.nats.persistence.enabled -}}
{{- $sizes = append $sizes $values.nats.persistence.size -}}
{{- end -}}
{{- $primary := $values.persistence.postgresql.primary.persistence -}}
{{- if and (include "sortie.isBundled" .) $primary.enabled }}{{ $sizes = append $sizes $primary.size }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $sum := 0 -}}
{{- range $sizes }}{{ $sum = add $sum (include "sortie.mebibytes" . | int) }}{{ end -}}
{{- $sum -}}
{{- end -}}
