# A server that dies in the middle of a run comes back without a row of it, with sound tables and indexes; a run that
# was acknowledged is there in full.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', "fsync = off\nmax_wal_size = 512MB\n");
$node->start;
$node->safe_psql('postgres', q{
  CREATE EXTENSION dbmocker;
  CREATE EXTENSION amcheck;
  CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, born date);
  SELECT dbmocker.generate('people', 20000);
});
my $stored = 20000;

for my $round (1 .. 4)
{
  my $run = IPC::Run::start(
    [ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', q{SELECT dbmocker.generate('people', 5000000)} ],
    '>', \my $out, '2>', \my $err);
  usleep(200_000 + int(rand(500_000)));
  $node->stop('immediate');
  $run->finish;
  $node->start;
  is($node->safe_psql('postgres', 'SELECT count(*) FROM people'), $stored, "round $round: no row of the broken run");
  is($node->safe_psql('postgres',
    q{SELECT count(*) FROM dbmocker.verify(target => 'people') WHERE violations > 0}), '0',
    "round $round: constraints hold");
  is($node->safe_psql('postgres', q{
    SELECT count(*) FROM verify_heapam('people');
    SELECT bt_index_check('people_pkey', true), bt_index_check('people_email_key', true)}), "0\n|",
    "round $round: heap and indexes are sound");
  $node->safe_psql('postgres', q{SELECT dbmocker.generate('people', 1000)});
  $stored += 1000;
}
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT email) FROM people'), "$stored|$stored",
  'every acknowledged row is there');
$node->stop;
command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ], 'checksums are right');
done_testing();
