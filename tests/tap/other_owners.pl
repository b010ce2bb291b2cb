# Targets whose rows are kept elsewhere: foreign tables (of this very cluster), and temporary tables of other sessions.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('other');
$node->init;
$node->start;
my ($port, $host) = ($node->port, $node->host);
my ($result) = $node->psql('postgres', 'CREATE EXTENSION postgres_fdw');
plan skip_all => 'needs postgres_fdw' if $result != 0;
$node->safe_psql('postgres', qq{
  CREATE DATABASE far;
  CREATE EXTENSION dbmocker;
  CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far');
  CREATE USER MAPPING FOR CURRENT_USER SERVER far;
});
$node->safe_psql('far', q{
  CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL, price numeric(8,2) CHECK (price > 0));
  CREATE TABLE parted_far (id int, day date NOT NULL);
});
$node->safe_psql('postgres', q{
  CREATE FOREIGN TABLE things (id int NOT NULL, name text NOT NULL, price numeric(8,2) CHECK (price > 0)) SERVER far;
  CREATE TABLE parted (id int, day date NOT NULL) PARTITION BY RANGE (day);
  CREATE TABLE parted_near PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
  CREATE FOREIGN TABLE parted_far PARTITION OF parted FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') SERVER far;
});
is($node->safe_psql('postgres', q{SELECT rows, writer, heap_bytes IS NULL FROM dbmocker.generate('things', 1000)}),
  '1000|single|t', 'a foreign table is filled by the executor');
is($node->safe_psql('far', 'SELECT count(*), count(DISTINCT id), min(price) > 0 FROM things'), '1000|1000|t',
  'the rows are there');
is($node->safe_psql('postgres', q{
  SELECT first_row FROM dbmocker.generate('things', 500)}), '1000', 'a second run goes on');
is($node->safe_psql('far', 'SELECT count(*), count(DISTINCT id) FROM things'), '1500|1500', 'without collisions');
my (undef, undef, $err) = $node->psql('postgres', q{
  SELECT dbmocker.generate('things', 10, options => '{"insertion_strategy": "batch"}')});
like($err, qr/the target is a foreign table/, 'batches are refused');
is($node->safe_psql('postgres', q{
  BEGIN;
  SELECT (dbmocker.generate('things', 10)).rows;
  ROLLBACK;
  SELECT count(*) FROM things}), "10\n1500", 'rolled back with the transaction');
is($node->safe_psql('postgres', q{SELECT rows FROM dbmocker.generate('parted', 1000)}), '1000', 'a foreign partition');
is($node->safe_psql('postgres', q{
  SELECT count(*) FILTER (WHERE tableoid = 'parted_near'::regclass) > 100,
         count(*) FILTER (WHERE tableoid = 'parted_far'::regclass) > 100 FROM parted}), 't|t', 'gets its share');

# Another session that stays open; started by hand, since the module's way to do so differs by version.
my ($in, $out) = ("CREATE TEMPORARY TABLE fleeting (id int);\n\\echo ready\n", '');
my $timer = IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default);
my $other = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, $timer);
IPC::Run::pump($other) until $out =~ /ready/;
(undef, undef, $err) = $node->psql('postgres', q{
  SELECT dbmocker.generate(oid, 1) FROM pg_class WHERE relname = 'fleeting'});
like($err, qr/temporary table of another session/, q{another session's temporary table is refused});
$in .= "\\q\n";
IPC::Run::finish($other);

done_testing();
