# Who may do what with jobs: workers are sessions of the owner with no way to another role, privileges are checked anew,
# copies of jobs are not carried out, and nothing of them stands in the way of DROP.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('jobs_security',
  conf => "shared_preload_libraries = 'dbmocker'\ndbmocker.launcher_naptime = 1\n");
$node->safe_psql('postgres', q{
  CREATE ROLE dbmocker_admin;
  CREATE ROLE seeder LOGIN;
  CREATE ROLE other LOGIN;
  CREATE ROLE chief LOGIN IN ROLE dbmocker_admin;
  CREATE ROLE leaver LOGIN;
  CREATE ROLE riser LOGIN;
  CREATE SCHEMA shop;
  GRANT ALL ON SCHEMA shop TO PUBLIC;
  CREATE TABLE shop.slow (id int, note text);
  GRANT INSERT ON shop.slow TO seeder, leaver, riser;
});

# Runs statements as a role; returns what they print, or their error.
sub as_role
{
  my ($role, $statements) = @_;
  my ($code, $out, $err) = $node->psql('postgres', "SET ROLE $role; $statements");
  return $code ? $err : $out;
}

sub outcome
{
  my ($job) = @_;
  return $node->safe_psql('postgres', "SELECT dbmocker.wait($job, '1 min')");
}

sub column
{
  my ($job, $expression) = @_;
  return $node->safe_psql('postgres', "SELECT $expression FROM dbmocker.jobs WHERE id = $job");
}

my $slow = q{SELECT dbmocker.submit('shop.slow', 1000000, rows_per_second => 20)};

# A table whose owner's trigger runs in the worker: it finds no way to another role than the job's.
as_role('other', q{
  CREATE TABLE shop.trap (id int PRIMARY KEY, who text, tried text);
  CREATE FUNCTION shop.spring() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE command text;
  BEGIN
    FOREACH command IN ARRAY ARRAY['RESET ROLE', 'SET ROLE postgres', 'SET SESSION AUTHORIZATION postgres',
                                   'RESET SESSION AUTHORIZATION', 'SET ROLE other'] LOOP
      BEGIN
        EXECUTE command;
      EXCEPTION WHEN OTHERS THEN
        NEW.tried := concat(NEW.tried, SQLSTATE, ' ');
      END;
    END LOOP;
    NEW.who := session_user || ' ' || current_user || ' ' || (SELECT rolsuper FROM pg_roles
                                                              WHERE rolname = current_user);
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER spring BEFORE INSERT ON shop.trap FOR EACH ROW EXECUTE FUNCTION shop.spring();
  GRANT INSERT, SELECT ON shop.trap TO seeder;
});
my $job = as_role('seeder', q{SELECT dbmocker.submit('shop.trap', 3)});
is(outcome($job), 'done', 'a trigger of another role runs in the worker');
is($node->safe_psql('postgres', 'SELECT DISTINCT who FROM shop.trap'), 'seeder seeder false',
  'as the owner of the job, whatever it tries');

# Superusers.
like(as_role('postgres', $slow), qr/superusers may not submit jobs/, 'superusers need a setting');
like(as_role('postgres', "SET dbmocker.allow_superuser_jobs = on; $slow"), qr/cannot be changed now/,
  'that a session cannot change');
$job = as_role('riser', $slow);
wait_until($node, "SELECT rows_done > 0 FROM dbmocker.jobs WHERE id = $job");
as_role('riser', "SELECT dbmocker.pause($job)");
is(outcome($job), 'paused', 'a job');
$node->safe_psql('postgres', 'ALTER ROLE riser SUPERUSER');
as_role('riser', "SELECT dbmocker.resume($job)");
is(outcome($job), 'failed', 'is not carried out once its owner has become a superuser');
is(column($job, 'error_code'), '42501', 'for lack of privilege');
$node->safe_psql('postgres', q{ALTER SYSTEM SET dbmocker.allow_superuser_jobs = on; SELECT pg_reload_conf()});
usleep(200_000);
as_role('riser', "SELECT dbmocker.retry($job)");
is($node->safe_psql('postgres', "SELECT dbmocker.wait($job, '2 s')"), 'running', 'but with the setting');
as_role('riser', "SELECT dbmocker.stop($job)");
$node->safe_psql('postgres', q{ALTER SYSTEM RESET dbmocker.allow_superuser_jobs; SELECT pg_reload_conf()});
is(outcome($job), 'stopped', 'stopped');

# Owner, others, administrators.
$job = as_role('seeder', $slow);
for my $verb (qw(pause resume stop retry wait))
{
  like(as_role('other', "SELECT dbmocker.$verb($job)"), qr/permission denied for job/, "others cannot $verb");
}
is(as_role('other', "SELECT count(*) FROM dbmocker.jobs WHERE id = $job"), '0', 'nor see it');
is(as_role('other', "SELECT count(*) FROM dbmocker.progress WHERE job = $job"), '0', 'nor its progress');
is(as_role('chief', "SELECT count(*) FROM dbmocker.jobs WHERE id = $job"), '1', 'members of dbmocker_admin see it');
like(as_role('chief', "SELECT dbmocker.pause($job)"), qr/paus/, 'and pause it');
is(outcome($job), 'paused', 'paused');
for my $role (qw(seeder other chief))
{
  for my $statement ("UPDATE dbmocker.job SET owner = 10 WHERE id = $job", "UPDATE dbmocker.job_part SET target = 0",
    "INSERT INTO dbmocker.job_part (job, position, target) VALUES ($job, 2, 0)", "DELETE FROM dbmocker.job",
    "UPDATE dbmocker.jobs SET state = 'queued'", 'SELECT * FROM dbmocker.job')
  {
    like(as_role($role, $statement), qr/permission denied|cannot update view/, "$role: $statement");
  }
}

# Privileges that are taken away.
$node->safe_psql('postgres', 'REVOKE INSERT ON shop.slow FROM seeder');
as_role('seeder', "SELECT dbmocker.resume($job)");
is(outcome($job), 'failed', 'a job fails once its owner has lost the privilege');
is(column($job, 'error_code'), '42501', 'with that error');
is(column($job, 'rows_done > 0'), 't', 'the rows so far are kept');
$node->safe_psql('postgres', 'GRANT INSERT ON shop.slow TO seeder');

# A worker that is ended comes back.
as_role('seeder', "SELECT dbmocker.retry($job)");
wait_until($node, "SELECT pid IS NOT NULL FROM dbmocker.jobs WHERE id = $job");
my $pid = column($job, 'pid');
like(as_role('other', "SELECT pg_terminate_backend($pid)"), qr/must be|ermission denied/,
  'others cannot end the worker');
is(as_role('seeder', "SELECT pg_terminate_backend($pid)"), 't', 'the owner can');
wait_until($node, "SELECT pid <> $pid FROM dbmocker.jobs WHERE id = $job");
pass('the launcher has another one started');

# A copy of the database, and jobs of another cluster.
as_role('seeder', "SELECT dbmocker.pause($job)");
is(outcome($job), 'paused', 'paused before the copy is made');
my $queued = as_role('seeder', "BEGIN; $slow; COMMIT;");
as_role('seeder', "SELECT dbmocker.pause($queued)");
is(outcome($queued), 'paused', 'paused, too');
$node->safe_psql('postgres', "UPDATE dbmocker.job SET state = 'queued' WHERE id = $queued;
  UPDATE dbmocker.job SET system_identifier = 1 WHERE id = $queued");
$node->safe_psql('template1', 'CREATE DATABASE twin TEMPLATE postgres');
usleep(2_500_000);
is(column($queued, 'state'), 'queued', 'a job of another cluster stays as it is');
like(column($queued, 'waits_for'), qr/another database or cluster/, 'which the view tells');
is($node->safe_psql('twin', 'SELECT dbmocker.start_jobs()'), '0', 'no job of a copied database is started');
my (undef, undef, $err) = $node->psql('twin', "SELECT dbmocker.resume($job)");
like($err, qr/was submitted in another database or cluster/, 'nor resumed');
is($node->safe_psql('twin', 'SELECT count(*) FROM dbmocker.jobs WHERE waits_for IS NULL'), '0', 'which the view tells');
for my $round (1 .. 3)
{
  $node->safe_psql('postgres', "CREATE DATABASE brief_$round TEMPLATE twin");
  $node->safe_psql('postgres', "ALTER DATABASE brief_$round RENAME TO short_$round");
  usleep(int(rand(1_500_000)));
  $node->safe_psql('postgres', "DROP DATABASE short_$round");
}
pass('the launcher does not stand in the way of CREATE, ALTER and DROP DATABASE');

# A role that is dropped.
$job = as_role('leaver', $slow);
wait_until($node, "SELECT rows_done > 0 FROM dbmocker.jobs WHERE id = $job");
as_role('leaver', "SELECT dbmocker.pause($job)");
is(outcome($job), 'paused', 'a job');
$node->safe_psql($_, 'DROP OWNED BY leaver') for qw(postgres twin);
$node->safe_psql('postgres', 'DROP ROLE leaver');
as_role('chief', "SELECT dbmocker.resume($job)");
is(outcome($job), 'failed', 'whose owner has been dropped fails');
like(column($job, 'error_message || error_detail'), qr/cannot open a session.*has been dropped/, 'and says so');

# The extension, and a database with a job at work.
$job = as_role('seeder', $slow);
wait_until($node, "SELECT rows_done > 0 FROM dbmocker.jobs WHERE id = $job");
$node->safe_psql('postgres', 'DROP EXTENSION dbmocker');
wait_until($node, q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'dbmocker job'});
pass('DROP EXTENSION ends the worker');
$node->safe_psql('twin', q{DROP EXTENSION dbmocker; CREATE EXTENSION dbmocker; SET ROLE seeder;
  SELECT dbmocker.submit('shop.slow', 1000000, rows_per_second => 20)});
wait_until($node, q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'dbmocker job'});
$node->safe_psql('postgres', 'DROP DATABASE twin WITH (FORCE)');
wait_until($node, q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'dbmocker job'});
pass('DROP DATABASE WITH (FORCE) ends the worker');
$node->stop;
done_testing();
