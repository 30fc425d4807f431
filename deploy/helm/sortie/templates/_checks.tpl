{{/* What the values can't say together. All mistakes are told at once, a sentence each. */}}
{{- define "sortie.checks" -}}
{{- $mistakes := concat
  (include "sortie.checks.sqlite" . | fromJsonArray)
  (include "sortie.checks.sources" . | fromJsonArray)
  (include "sortie.checks.passwords" . | fromJsonArray)
  (include "sortie.checks.nats" . | fromJsonArray)
  (include "sortie.checks.storage" . | fromJsonArray)
  (include "sortie.checks.address" . | fromJsonArray)
-}}
{{- with $mistakes }}{{ fail (printf "\n%s" (join "\n" .)) }}{{ end -}}
{{- end -}}

{{- define "sortie.checks.sqlite" -}}
{{- $mistakes := list -}}
{{- $values := .Values -}}
{{- if ne $values.database.type "postgres" -}}
{{- $replicas := list -}}
{{- if gt (default 1 $values.replicaCount | int) 1 }}{{ $replicas = append $replicas "replicaCount" }}{{ end -}}
{{- range $service, $its := $values.services -}}
{{- if gt (default 1 $its.replicas | int) 1 }}{{ $replicas = append $replicas (printf "services.%s.replicas" $service) }}{{ end -}}
{{- end -}}
{{- with $replicas -}}
{{- $mistakes = append $mistakes (printf "%s asks for more than one pod, and SQLite is a file of one process: set database.type=postgres, or leave it at 1." (join ", " .)) -}}
{{- end -}}
{{- $named := list -}}
{{- if $values.database.postgres.host }}{{ $named = append $named "database.postgres.host" }}{{ end -}}
{{- if $values.database.postgres.dsn }}{{ $named = append $named "database.postgres.dsn" }}{{ end -}}
{{- if $values.database.postgres.existingSecretDsnKey }}{{ $named = append $named "database.postgres.existingSecretDsnKey" }}{{ end -}}
{{- if $values.externalDatabase.host }}{{ $named = append $named "externalDatabase.host" }}{{ end -}}
{{- if $values.persistence.postgresql.enabled }}{{ $named = append $named "persistence.postgresql.enabled" }}{{ end -}}
{{- if $values.nats.external.url }}{{ $named = append $named "nats.external.url" }}{{ end -}}
{{- if $values.keys.existingSecret }}{{ $named = append $named "keys.existingSecret" }}{{ end -}}
{{- with $named -}}
{{- $mistakes = append $mistakes (printf "%s is set, and nothing would use it: set database.type=postgres, or take it out." (join ", " .)) -}}
{{- end -}}
{{- end -}}
{{- $mistakes | toJson -}}
{{- end -}}

{{- define "sortie.checks.sources" -}}
{{- $mistakes := list -}}
{{- $values := .Values -}}
{{- $postgres := $values.database.postgres -}}
{{- $bundled := $values.persistence.postgresql.enabled -}}
{{- $switch := $values.postgresql.enabled -}}
{{- if and (not (kindIs "invalid" $switch)) (ne $switch $bundled) -}}
{{- $mistakes = append $mistakes (printf "postgresql.enabled is %t and persistence.postgresql.enabled is %t: they mean the same server, so set the second and leave the first out." $switch $bundled) -}}
{{- end -}}
{{- if eq $values.database.type "postgres" -}}
{{- $dsn := or $postgres.dsn $postgres.existingSecretDsnKey -}}
{{- $sources := list -}}
{{- if $dsn }}{{ $sources = append $sources "database.postgres.dsn" }}{{ end -}}
{{- if and $postgres.host (not $dsn) }}{{ $sources = append $sources "database.postgres.host" }}{{ end -}}
{{- if $values.externalDatabase.host }}{{ $sources = append $sources "externalDatabase.host" }}{{ end -}}
{{- if $bundled }}{{ $sources = append $sources "persistence.postgresql.enabled" }}{{ end -}}
{{- if not $sources -}}
{{- $mistakes = append $mistakes "database.type is postgres, and nothing says where it is: set database.postgres.host, database.postgres.dsn or externalDatabase.host, or have the chart start one with persistence.postgresql.enabled=true." -}}
{{- else if gt (len $sources) 1 -}}
{{- $mistakes = append $mistakes (printf "%s name different PostgreSQL servers: keep one of them." (join " and " $sources)) -}}
{{- end -}}
{{- if and (has $postgres.sslMode (list "verify-ca")) (not $postgres.caSecret) (not $dsn) (not $bundled) -}}
{{- $mistakes = append $mistakes "database.postgres.sslMode=verify-ca needs database.postgres.caSecret: any authority would do otherwise." -}}
{{- end -}}
{{- end -}}
{{- $mistakes | toJson -}}
{{- end -}}

{{- define "sortie.checks.passwords" -}}
{{- $mistakes := list -}}
{{- $values := .Values -}}
{{- $postgres := $values.database.postgres -}}
{{- $auth := $values.persistence.postgresql.auth -}}
{{- if and $postgres.password $postgres.existingSecret -}}
{{- $mistakes = append $mistakes "database.postgres.password and database.postgres.existingSecret both have the password: keep the Secret." -}}
{{- end -}}
{{- if and $postgres.dsn $postgres.existingSecretDsnKey -}}
{{- $mistakes = append $mistakes "database.postgres.dsn and database.postgres.existingSecretDsnKey both have the DSN: keep the Secret." -}}
{{- end -}}
{{- if and $postgres.existingSecretDsnKey (not $postgres.existingSecret) -}}
{{- $mistakes = append $mistakes "database.postgres.existingSecretDsnKey is a key of database.postgres.existingSecret, which is not set." -}}
{{- end -}}
{{- if and $auth.password $auth.existingSecret -}}
{{- $mistakes = append $mistakes "persistence.postgresql.auth.password and persistence.postgresql.auth.existingSecret both have the password: keep the Secret." -}}
{{- end -}}
{{- if eq $values.database.type "postgres" -}}
{{- $source := (include "sortie.database" . | fromYaml).source -}}
{{- if and (eq $source "parts") $postgres.host (not (or $postgres.password $postgres.existingSecret)) -}}
{{- $mistakes = append $mistakes "database.postgres has no password: set database.postgres.existingSecret to a Secret with the key password." -}}
{{- end -}}
{{- if and (eq $source "external") (not $values.externalDatabase.existingSecret) -}}
{{- $mistakes = append $mistakes "externalDatabase has no password: set externalDatabase.existingSecret to the Secret that has it." -}}
{{- end -}}
{{- if and (eq $source "bundled") (not (or $auth.password $auth.existingSecret)) -}}
{{- $mistakes = append $mistakes (printf "The chart's PostgreSQL needs a password, and Helm can't make one that stays the same: kubectl create secret generic sortie-postgres --namespace %s --from-literal=password=\"$(openssl rand -hex 24)\", and set persistence.postgresql.auth.existingSecret=sortie-postgres." .Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- $mistakes | toJson -}}
{{- end -}}

{{- define "sortie.checks.nats" -}}
{{- $mistakes := list -}}
{{- $nats := .Values.nats -}}
{{- if eq .Values.database.type "postgres" -}}
{{- if not .Values.keys.existingSecret -}}
{{- $mistakes = append $mistakes "keys.existingSecret is not set: with database.type=postgres each service has a key of its own for NATS, identity and session share the sealing key, and audit signs with one. README.md of the chart has the commands that make them, once." -}}
{{- end -}}
{{- if and $nats.enabled $nats.external.url -}}
{{- $mistakes = append $mistakes "nats.external.url is set while nats.enabled is true: set nats.enabled=false to use yours." -}}
{{- else if and (not $nats.enabled) (not $nats.external.url) -}}
{{- $mistakes = append $mistakes "nats.enabled is false, and nothing says where the log is: set nats.external.url." -}}
{{- end -}}
{{- if and $nats.tls.existingSecret (not $nats.enabled) -}}
{{- $mistakes = append $mistakes "nats.tls.existingSecret is the certificate of the chart's server, which nats.enabled=false does not start: nats.external.caSecret is for yours." -}}
{{- end -}}
{{- end -}}
{{- $mistakes | toJson -}}
{{- end -}}

{{- define "sortie.checks.storage" -}}
{{- $mistakes := list -}}
{{- $values := .Values -}}
{{- $persistence := $values.persistence -}}
{{- if and $persistence.existingClaim (not $persistence.enabled) -}}
{{- $mistakes = append $mistakes "persistence.existingClaim is set while persistence.enabled is false, so that it would not be used: set persistence.enabled=true." -}}
{{- end -}}
{{- if eq $values.database.type "postgres" -}}
{{- if $persistence.existingClaim -}}
{{- $mistakes = append $mistakes "persistence.existingClaim is the volume of SQLite, which database.type=postgres does not have: take it out." -}}
{{- end -}}
{{- if and $values.nats.enabled $values.nats.persistence.enabled (not $persistence.enabled) -}}
{{- $mistakes = append $mistakes "NATS keeps the log, which can't be made again, and persistence.enabled is false: set it to true, or nats.persistence.enabled=false to try Sortie with a log that goes with its pod." -}}
{{- end -}}
{{- if and (include "sortie.isBundled" .) $persistence.postgresql.primary.persistence.enabled (not $persistence.enabled) -}}
{{- $mistakes = append $mistakes "persistence.postgresql.primary.persistence.enabled is true and persistence.enabled is false: set the second to true, or the first to false for read models that are made again from the log with each new pod." -}}
{{- end -}}
{{- if and $values.nats.enabled (ge (mul 1024 (int $values.nats.storeGib)) (include "sortie.mebibytes" $values.nats.persistence.size | int)) -}}
{{- $mistakes = append $mistakes (printf "nats.storeGib (%d GiB) must be less than nats.persistence.size (%s): the server needs room beside the log." (int $values.nats.storeGib) $values.nats.persistence.size) -}}
{{- end -}}
{{- end -}}
{{- $claimed := include "sortie.claimedMebibytes" . | int -}}
{{- $hard := index $values.resourceQuota.hard "requests.storage" -}}
{{- if and $values.resourceQuota.enabled $hard -}}
{{- if gt $claimed (include "sortie.mebibytes" $hard | int) -}}
{{- $mistakes = append $mistakes (printf "The volumes of this release ask for %dMi, and resourceQuota.hard lets the namespace have requests.storage=%s: raise it, or make the volumes smaller." $claimed $hard) -}}
{{- end -}}
{{- end -}}
{{- $mistakes | toJson -}}
{{- end -}}

{{- define "sortie.checks.address" -}}
{{- $mistakes := list -}}
{{- $ingress := .Values.ingress -}}
{{- $public := .Values.settings.publicUrl -}}
{{- if and $ingress.enabled (not $ingress.host) -}}
{{- $mistakes = append $mistakes "ingress.enabled is true and ingress.host is not set: set the host that people open." -}}
{{- end -}}
{{- if and $ingress.enabled $ingress.host $public (ne (regexFind "[^/:]+(:[0-9]+)?$" $public | regexFind "^[^:]+") $ingress.host) -}}
{{- $mistakes = append $mistakes (printf "settings.publicUrl (%s) and ingress.host (%s) are different hosts: leave the first out, or make them the same." $public $ingress.host) -}}
{{- end -}}
{{- if and $ingress.enabled $ingress.tls.enabled (hasPrefix "http://" $public) -}}
{{- $mistakes = append $mistakes "settings.publicUrl begins with http:// while ingress.tls.enabled is true: people would be sent past the encryption." -}}
{{- end -}}
{{- $mistakes | toJson -}}
{{- end -}}
