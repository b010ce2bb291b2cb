# A job whose worker, or whose server, dies at random moments is taken up again by the launcher and ends with exactly
# the rows that an undisturbed job makes. DBMOCKER_CRASH_ROUNDS sets the number of worker deaths; an immediate stop of
# the server follows every fifth.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{DBMOCKER_CRASH_ROUNDS} || 8;
my $node = new_server('jobs_crash',
  conf => "shared_preload_libraries = 'dbmocker'\ndbmocker.launcher_naptime = 1\nsynchronous_commit = on\n");
$node->safe_psql('postgres', q{
  CREATE ROLE seeder LOGIN;
  CREATE SCHEMA shop AUTHORIZATION seeder;
  SET ROLE seeder;
  CREATE TABLE shop.cities (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE shop.people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number serial,
    email text NOT NULL UNIQUE,
    city int NOT NULL REFERENCES shop.cities,
    boss bigint REFERENCES shop.people,
    born date,
    low int, high int CHECK (low < high));
  SELECT dbmocker.generate('shop.cities', 500);
});
my $rows = 150_000;

sub submit
{
  $node->safe_psql('postgres', 'TRUNCATE shop.people RESTART IDENTITY');
  return $node->safe_psql('postgres', qq{SET ROLE seeder;
    SELECT dbmocker.submit('shop.people', $rows, 5, '{"reference_time": "2026-01-01"}')});
}

sub rows_digest
{
  return $node->safe_psql('postgres',
    q{SELECT count(*), md5(string_agg(md5(p::text), '' ORDER BY id)) FROM shop.people p});
}

sub column
{
  my ($job, $expression) = @_;
  my ($code, $out) = eval { $node->psql('postgres', "SELECT $expression FROM dbmocker.jobs WHERE id = $job") };
  return $out;
}

my $job = submit();
is($node->safe_psql('postgres', "SELECT dbmocker.wait($job, '3 min')"), 'done', 'a job that nothing disturbs');
my $expected = rows_digest();
like($expected, qr/^$rows\|/, 'makes all its rows');

my ($kills, $stops, $inside) = (0, 0, 0);
while ($kills < $rounds)
{
  $job = submit();
  while (1)
  {
    usleep(int(rand(700_000)));
    my $state = column($job, 'state') // '';
    last if $state eq 'done' || $state eq 'failed' || $kills >= $rounds;
    my $pid = column($job, 'pid') or next;
    my $done = column($job, 'rows_done');
    $inside++ if $done > 0 && $done < $rows;
    kill_hard($pid);
    wait_for_restart($node);
    next if ++$kills % 5;
    wait_until($node, "SELECT pid IS NOT NULL OR state = 'done' FROM dbmocker.jobs WHERE id = $job");
    usleep(int(rand(700_000)));
    $node->stop('immediate');
    $node->start;
    $stops++;
  }
  is($node->safe_psql('postgres', "SELECT dbmocker.wait($job, '3 min')"), 'done', "$kills deaths: the job is done");
  is(rows_digest(), $expected, 'with the rows of one that nothing disturbs');
  is(column($job, "rows_done || ' ' || attempts"), "$rows 0", 'and counted them right');
}
cmp_ok($inside, '>', 0, "$inside of $kills deaths were between chunks' ends, $stops of the server besides");
is($node->safe_psql('postgres', q{SELECT count(*) FROM dbmocker.verify('shop.people'::regclass) WHERE violations > 0}),
  '0', 'every constraint holds');
is($node->safe_psql('postgres', q{
  SELECT nextval(pg_get_serial_sequence('shop.people', 'id')) > max(id) FROM shop.people}), 't',
  'the sequence is behind the last key');
is_sound($node, 'after all deaths');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'dbmocker job'}), '0',
  'no worker is left');
done_testing();
