# A database with the extension is dumped and restored, the extension is dropped and created again, and runs go on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
  CREATE DATABASE source;
  CREATE DATABASE restored;
});
$node->safe_psql('source', q{
  CREATE EXTENSION dbmocker;
  CREATE ROLE clerk;
  CREATE TABLE guests (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
  GRANT INSERT, SELECT ON guests TO clerk;
  GRANT USAGE ON SEQUENCE guests_id_seq TO clerk;
  SELECT dbmocker.generate('guests', 1000);
});
my $dump = $node->basedir . '/source.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', 'source', '-p', $node->port, '-h', $node->host ], 'dumped');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', '-p', $node->port, '-h', $node->host, $dump ],
  'restored');

my $sum = q{SELECT count(*), md5(string_agg(g::text, ',' ORDER BY id)) FROM guests g};
is($node->safe_psql('restored', $sum), $node->safe_psql('source', $sum), 'the rows are the same');
is($node->safe_psql('restored', q{SET ROLE clerk; SELECT rows FROM dbmocker.generate('guests', 1000)}), '1000',
  'a role may go on in the restored database');
is($node->safe_psql('restored', 'SELECT count(*), count(DISTINCT id), count(DISTINCT email), max(id) FROM guests'),
  '2000|2000|2000|2000', 'behind the rows that were restored');

# Without the extension's memory of the table.
$node->safe_psql('source', 'DROP EXTENSION dbmocker');
is($node->safe_psql('source', 'SELECT count(*) FROM guests'), '1000', 'rows outlive the extension');
is($node->safe_psql('source', q{SELECT count(*) FROM pg_proc WHERE probin LIKE '%dbmocker%'}), '0',
  'nothing else does');
$node->safe_psql('source', 'CREATE EXTENSION dbmocker');
is($node->safe_psql('source', q{SELECT rows FROM dbmocker.generate('guests', 500)}), '500', 'created again, it fills');
is($node->safe_psql('source', 'SELECT count(*), count(DISTINCT id), count(DISTINCT email) FROM guests'),
  '1500|1500|1500', 'without collisions');

# Targets that are dropped leave no state once another run comes by.
$node->safe_psql('source', q{
  CREATE TABLE gone (id int);
  SELECT dbmocker.generate('gone', 5);
  DROP TABLE gone;
  SELECT dbmocker.generate('guests', 1);
});
is($node->safe_psql('source', q{
  SELECT count(*) FROM dbmocker.target_state WHERE target NOT IN (SELECT oid FROM pg_class)}), '0',
  'no state of dropped targets');

# The session that has used the library survives the extension's end.
is($node->safe_psql('source', q{
  SELECT count(*) FROM dbmocker.rows(NULL::guests, 10);
  DROP EXTENSION dbmocker;
  CREATE EXTENSION dbmocker;
  SELECT count(*) FROM dbmocker.rows(NULL::guests, 10);
}), "10\n10", 'dropped and created within a session');

done_testing();
