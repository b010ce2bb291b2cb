# Jobs that fail: errors that may pass are tried again after a while, others end the job, and the rows that were
# committed are counted right. Paced jobs keep their pace, with dates that follow the clock.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('jobs_failures');
$node->safe_psql('postgres', q{
  CREATE ROLE seeder LOGIN;
  ALTER ROLE seeder SET lock_timeout = '300ms';
  ALTER ROLE seeder SET default_transaction_isolation = 'serializable';
  CREATE SCHEMA shop AUTHORIZATION seeder;
  SET ROLE seeder;
  CREATE TABLE shop.locked (id int PRIMARY KEY);
  CREATE TABLE shop.counted (id int PRIMARY KEY, n bigint);
  CREATE TABLE shop.paced (id bigint GENERATED ALWAYS AS IDENTITY, note text, created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL, CHECK (updated_at > created_at));
});

sub submit
{
  my ($arguments) = @_;
  return $node->safe_psql('postgres', "SET ROLE seeder; SELECT dbmocker.submit($arguments)");
}

sub column
{
  my ($job, $expression) = @_;
  return $node->safe_psql('postgres', "SELECT $expression FROM dbmocker.jobs WHERE id = $job");
}

sub outcome
{
  my ($job) = @_;
  return $node->safe_psql('postgres', "SELECT dbmocker.wait($job, '2 min')");
}

# A lock that goes away while the job retries.
my $blocker = start_session($node, undef);
run_in($blocker, 'BEGIN; LOCK TABLE shop.locked IN SHARE MODE;');
my $job = submit(q{'shop.locked', 5000});
wait_until($node, "SELECT state = 'retrying' AND attempts >= 1 FROM dbmocker.jobs WHERE id = $job");
is(column($job, 'error_code'), '55P03', 'a lock time-out, by a setting of the role, is kept');
is(column($job, 'retry_at > error_at'), 't', 'the next try has a time');
run_in($blocker, 'COMMIT;');
is(outcome($job), 'done', 'and passes');
is(column($job, 'attempts'), '0', 'the tries are forgotten');
is($node->safe_psql('postgres', 'SELECT count(*) FROM shop.locked'), '5000', 'all rows are there, once');

# One that stays, with two tries.
run_in($blocker, 'BEGIN; LOCK TABLE shop.locked IN SHARE MODE;');
$job = submit(q{'shop.locked', 5000, max_attempts => 2});
is(outcome($job), 'failed', 'after its tries, the job fails');
is(column($job, q{attempts || ' ' || error_code || ' ' || rows_done}), '2 55P03 0', 'with the number of tries');
run_in($blocker, 'COMMIT;');
$node->safe_psql('postgres', "SET ROLE seeder; SELECT dbmocker.retry($job)");
is(outcome($job), 'done', 'and can be tried again');
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT id) FROM shop.locked'), '10000|10000',
  'all rows are there, once');

# Stopped and paused while it waits for the next try.
run_in($blocker, 'BEGIN; LOCK TABLE shop.locked IN SHARE MODE;');
$job = submit(q{'shop.locked', 10});
wait_until($node, "SELECT state = 'retrying' FROM dbmocker.jobs WHERE id = $job");
is($node->safe_psql('postgres', "SET ROLE seeder; SELECT dbmocker.pause($job)"), 'paused', 'paused between two tries');
is($node->safe_psql('postgres', "SET ROLE seeder; SELECT dbmocker.stop($job)"), 'stopped', 'stopped');
run_in($blocker, 'COMMIT;');
finish_session($blocker);

# An error in the middle that does not pass: what was committed is counted.
$node->safe_psql('postgres', q{
  SET ROLE seeder;
  CREATE FUNCTION shop.limit_rows() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF (SELECT count(*) FROM shop.counted) > 30000 THEN
      RAISE EXCEPTION 'enough' USING ERRCODE = '23514', CONSTRAINT = 'most', DETAIL = 'There are 30000 rows.';
    END IF;
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER limit_rows AFTER INSERT ON shop.counted FOR EACH STATEMENT EXECUTE FUNCTION shop.limit_rows();
});
$job = submit(q{'shop.counted', 100000});
is(outcome($job), 'failed', 'an error that does not pass ends the job');
is(column($job, q{error_code || ' ' || error_constraint || ' ' || substr(error_detail, 1, 21) || ' ' || attempts}),
  '23514 most There are 30000 rows. 1', 'at the first try, with SQLSTATE, constraint and DETAIL');
is(column($job, 'rows_done = (SELECT count(*) FROM shop.counted) AND rows_done BETWEEN 1 AND 30000'), 't',
  'the rows of the chunks before it are kept and counted');
$node->safe_psql('postgres', "SET ROLE seeder; DROP TRIGGER limit_rows ON shop.counted; SELECT dbmocker.retry($job)");
is(outcome($job), 'done', 'once the reason is gone, retry goes on');
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT id) FROM shop.counted'), '100000|100000',
  'to exactly the rows asked for');

# Pace.
$job = submit(q{'shop.paced', 1000000, rows_per_second => 500});
wait_until($node, "SELECT rows_done > 0 FROM dbmocker.jobs WHERE id = $job");
my ($rows, $time) = split /\|/, $node->safe_psql('postgres', "SELECT rows_done, extract(epoch FROM clock_timestamp())
  FROM dbmocker.jobs WHERE id = $job");
usleep(4_000_000);
my ($later_rows, $later) = split /\|/, $node->safe_psql('postgres', "SELECT rows_done,
  extract(epoch FROM clock_timestamp()) FROM dbmocker.jobs WHERE id = $job");
my $rate = ($later_rows - $rows) / ($later - $time);
cmp_ok(abs($rate - 500), '<', 75, "500 rows a second: $rate");
$node->safe_psql('postgres', "SELECT dbmocker.stop($job)");
is(outcome($job), 'stopped', 'a paced job stops');
is(column($job, 'rows_done = (SELECT count(*) FROM shop.paced)'), 't', 'its rows are counted');
is($node->safe_psql('postgres', 'SELECT max(updated_at) <= clock_timestamp() FROM shop.paced'), 't',
  'no date lies ahead of the clock');
is($node->safe_psql('postgres', q{SELECT max(created_at) - min(created_at) BETWEEN '2 s' AND '30 s'
  AND min(created_at) > clock_timestamp() - interval '1 min' FROM shop.paced}), 't', 'dates follow the clock');
$job = submit(q{'shop.paced', 100, rows_per_second => 500, options => '{"reference_time": "2020-01-01"}'});
is(outcome($job), 'done', 'a paced job with a reference time');
is($node->safe_psql('postgres', q{SELECT count(*) FROM shop.paced WHERE created_at < '2020-01-01'}), '100',
  'draws dates against it');
done_testing();
