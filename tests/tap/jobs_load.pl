# A hundred jobs from twenty sessions at once, with pauses, resumptions and stops in between: all come to rest in a
# legal state, every row is counted, and nothing is left: no worker, no lock, no shared memory.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('jobs_load', conf => "dynamic_shared_memory_type = mmap\nmax_worker_processes = 8\n");
$node->safe_psql('postgres', q{
  CREATE ROLE seeder LOGIN;
  CREATE SCHEMA shop AUTHORIZATION seeder;
  SET ROLE seeder;
  CREATE TABLE shop.parents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
  SELECT dbmocker.generate('shop.parents', 100);
  CREATE TABLE shop.t0 (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE, n int);
  CREATE TABLE shop.t1 (id int PRIMARY KEY, parent bigint NOT NULL REFERENCES shop.parents);
  CREATE TABLE shop.t2 (id uuid PRIMARY KEY, note text);
  CREATE TABLE shop.t3 (id serial, day date NOT NULL) PARTITION BY RANGE (day);
  CREATE TABLE shop.t3_all PARTITION OF shop.t3 FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
});
# Steering may meet any state: what is illegal is refused, and that is no failure of the test.
my $script = PostgreSQL::Test::Utils::tempdir() . '/jobs.sql';
append_to_file($script, q{
\set table random(0, 3)
\set rows random(1, 30000)
SELECT dbmocker.submit(('shop.t' || :table)::regclass, :rows) AS job \gset
\set pause random(0, 30)
\sleep :pause ms
DO $$
DECLARE
  verb text;
  target bigint := (SELECT id FROM dbmocker.jobs ORDER BY random() LIMIT 1);
BEGIN
  FOREACH verb IN ARRAY (ARRAY['{pause,resume}', '{pause}', '{stop}', '{pause,stop}', '{}', '{}', '{retry}', '{resume}'
                               ])[1 + floor(random() * 8)::int]::text[] LOOP
    BEGIN
      EXECUTE format('SELECT dbmocker.%I($1)', verb) USING target;
    EXCEPTION WHEN object_not_in_prerequisite_state THEN
      NULL;
    END;
  END LOOP;
END
$$;
});
my $shared = () = glob($node->data_dir . '/pg_dynshmem/*');
$node->command_ok([ 'pgbench', '-n', '-U', 'seeder', '-c', '20', '-j', '2', '-t', '5', '-f', $script, 'postgres' ],
  'a hundred jobs from twenty sessions');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dbmocker.jobs'), '100', 'all are stored');
$node->safe_psql('postgres', q{SELECT dbmocker.wait(id, '3 min') FROM dbmocker.jobs ORDER BY id});
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM dbmocker.jobs
  WHERE state NOT IN ('done', 'paused', 'stopped')}), '', 'all came to rest');
$node->safe_psql('postgres', q{
  SELECT CASE state WHEN 'paused' THEN dbmocker.resume(id) ELSE dbmocker.retry(id) END
  FROM dbmocker.jobs WHERE state IN ('paused', 'stopped')});
$node->safe_psql('postgres', q{SELECT dbmocker.wait(id, '3 min') FROM dbmocker.jobs ORDER BY id});
is($node->safe_psql('postgres', q{SELECT state, count(*), sum(rows) = sum(rows_done) FROM dbmocker.jobs GROUP BY 1}),
  'done|100|t', 'and were done once they were resumed');
for my $table (map { "shop.t$_" } 0 .. 3)
{
  is($node->safe_psql('postgres', qq{SELECT count(*) = (SELECT coalesce(sum(rows_done), 0) FROM dbmocker.progress
    WHERE target = '$table'::regclass) FROM $table}), 't', "$table has exactly the rows");
  is($node->safe_psql('postgres', qq{SELECT count(*) FROM dbmocker.verify('$table'::regclass) WHERE violations > 0}),
    '0', 'that keep every constraint');
}
# No more than connection_pool_size at a time; the others say what they wait for. Listeners hear of every change.
my $listener = start_session($node, undef);
run_in($listener, 'LISTEN dbmocker_job;');
my @jobs = map {
  $node->safe_psql('postgres', q{SET ROLE seeder; SELECT dbmocker.submit('shop.t1', 1000000, rows_per_second => 20)})
} 1 .. 6;
wait_until($node, q{SELECT count(pid) = 4 AND count(waits_for) = 2 FROM dbmocker.jobs WHERE state <> 'done'});
is($node->safe_psql('postgres', q{SELECT state, waits_for FROM dbmocker.jobs WHERE waits_for IS NOT NULL LIMIT 1}),
  'queued|a place among the jobs that run (connection_pool_size)', 'two of six jobs wait for a place');
$node->safe_psql('postgres', "SELECT dbmocker.stop($jobs[0])");
wait_until($node, q{SELECT count(pid) = 4 AND count(waits_for) = 1 FROM dbmocker.jobs
  WHERE state NOT IN ('done', 'stopped')});
pass('one that ends makes room for the next');
$node->safe_psql('postgres', "SELECT dbmocker.stop($_)") for @jobs[ 1 .. 5 ];
$node->safe_psql('postgres', "SELECT dbmocker.wait($_)") for @jobs;
# The database's option allows fewer.
$node->safe_psql('postgres', q{SELECT dbmocker.set_options(NULL, '{"connection_pool_size": 1}')});
my @two = map {
  $node->safe_psql('postgres', q{SET ROLE seeder; SELECT dbmocker.submit('shop.t1', 1000000, rows_per_second => 20)})
} 1 .. 2;
wait_until($node, q{SELECT count(pid) = 1 AND count(waits_for) = 1 FROM dbmocker.jobs
  WHERE state NOT IN ('done', 'stopped')});
pass('one of two jobs waits where the option says 1');
$node->safe_psql('postgres', "SELECT dbmocker.stop($_)") for @two;
$node->safe_psql('postgres', "SELECT dbmocker.wait($_)") for @two;
my $heard = run_in($listener, 'SELECT 1;');
my @heard = $heard =~ /\{"job": $jobs[0], "state": "(\w+)"\}/g;
is("@heard", 'queued running stopping stopped', 'listeners hear of every change of a state');
finish_session($listener);
wait_until($node, q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'dbmocker job'});
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}), '0', 'no lock is left');
is(scalar(() = glob($node->data_dir . '/pg_dynshmem/*')), $shared, 'no shared memory is left');
done_testing();
