-- What every start makes sure of: the role, its password as the file has it now, and its databases.
\set ON_ERROR_STOP on
\getenv password SORTIE_DB_PASSWORD
SELECT 'CREATE ROLE sortie LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sortie') \gexec
ALTER ROLE sortie PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER sortie', name)
FROM unnest(ARRAY['sortie', 'sortie_test']) AS name
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
