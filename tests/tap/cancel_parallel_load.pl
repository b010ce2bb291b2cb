# A load by the parallel page writer that is cancelled, timed out, terminated or fails in a worker arrives as what it is
# and leaves nothing: no row, no worker, no lock, no shared memory. Savepoints and visibility are those of INSERT.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Segments of shared memory are files here, which can be counted; some are the server's own.
my $node = new_server('cancel_load', conf => "dynamic_shared_memory_type = mmap\nmin_dynamic_shared_memory = 0");
$node->safe_psql('postgres', q{
  CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2) CHECK (price > 0));
  CREATE TABLE plain (id bigint, name text);
} . load('items', 2_000) . load('plain', 2_000));
my $slow = load('items', 100_000_000);
sub count_memory { return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_ls_dir('pg_dynshmem')}); }
my $memory = count_memory();

sub is_untouched
{
  my ($what) = @_;
  is_left_alone($node, 'items', 2_000, $what);
  is(count_memory(), $memory, "$what: no shared memory is left");
  is($node->safe_psql('postgres',
    q{SELECT next_row FROM dbmocker.target_state WHERE target = 'items'::regclass}), '2000',
    "$what: so is the next row");
}

# Runs the slow load in a session, does something to it, and returns what it said; the session goes on if it can.
sub interrupt
{
  my ($action) = @_;
  my $before = $node->safe_psql('postgres', q{SELECT pg_relation_size('items')});
  my $session = start_session($node, $slow);
  wait_for_pages($node, 'items', $before + 4_000_000);
  my @workers = workers_of($node, session_pid($session));
  is(scalar @workers, 1, 'a worker takes part');
  $action->(session_pid($session), @workers);
  eval { run_in($session, 'SELECT 1;') };
  return finish_session($session);
}

my $errors = interrupt(sub { $node->safe_psql('postgres', "SELECT pg_cancel_backend($_[0])") });
like($errors, qr/^ERROR:  canceling statement due to user request$/m, 'a cancel arrives as such');
is_untouched('cancel');

$errors = interrupt(sub { $node->safe_psql('postgres', "SELECT pg_terminate_backend($_[0])") });
like($errors, qr/terminating connection due to administrator command/, 'so does the end of the session');
is_untouched('end of the session');

$errors = interrupt(sub { $node->safe_psql('postgres', "SELECT pg_terminate_backend($_[1])") });
like($errors, qr/terminating background worker .* due to administrator command/,
  'the end of a worker arrives in the caller');
like($errors, qr/^CONTEXT:  parallel worker$/m, 'as what it is');
is_untouched('end of a worker');

my ($code, $out, $err) = $node->psql('postgres', "SET statement_timeout = '400ms'; $slow");
like($err, qr/canceling statement due to statement timeout/, 'a timeout arrives as a timeout');
is_untouched('timeout');

# An error that only a worker raises.
$node->safe_psql('postgres', q{
  CREATE FUNCTION is_liked(v bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  BEGIN
    IF current_setting('test.leader', true) <> pg_backend_pid()::text THEN
      RAISE EXCEPTION 'the worker does not like it'
        USING ERRCODE = 'ZX042', DETAIL = 'It never did.', HINT = 'Ask somebody else.';
    END IF;
    RETURN true;
  END $$;
  CREATE TABLE picky (id bigint CHECK (is_liked(id)), name text);
  CREATE FUNCTION try_load(target text, n int, OUT state text, OUT message text, OUT detail text, OUT hint text)
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM dbmocker.generate(target::regclass, n,
      options => '{"insertion_strategy": "parallel_bulk", "max_workers": 2, "batch_size": 100}');
    state := 'fine';
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
      hint = PG_EXCEPTION_HINT;
  END $$;
});
my $error_in_worker = q{SELECT set_config('test.leader', pg_backend_pid()::text, false) <> '';
  SELECT * FROM try_load('picky', 300000);};
is($node->safe_psql('postgres', $error_in_worker),
  "t\nZX042|the worker does not like it|It never did.|Ask somebody else.", 'the error of a worker arrives whole');
is_left_alone($node, 'picky', 0, 'error in a worker');
is($node->safe_psql('postgres', "BEGIN; INSERT INTO picky SELECT WHERE false; INSERT INTO plain VALUES (-1);
  $error_in_worker " . load('plain', 1_000) . q{COMMIT; SELECT count(*), count(*) FILTER (WHERE id = -1) FROM plain}),
  "t\nZX042|the worker does not like it|It never did.|Ask somebody else.\n1000\n3001|1",
  'a block that catches it keeps what was done before, and the transaction goes on with another load');
is(count_memory(), $memory, 'no shared memory is left');

# A rolled-back savepoint leaves nothing of the load, and everything of those around it.
is($node->safe_psql('postgres', 'BEGIN; ' . load('plain', 1_000) . 'SAVEPOINT one; ' . load('plain', 20_000) .
  load('items', 3_000) . 'ROLLBACK TO one; ' . load('plain', 2_000) . 'SAVEPOINT two; ' . load('items', 1_000) .
  'RELEASE two; COMMIT; SELECT count(*), count(DISTINCT id) FROM plain WHERE id >= 0; ' .
  'SELECT count(*), max(id) FROM items'),
  "1000\n20000\n3000\n2000\n1000\n6000|6000\n3000|3000", 'savepoints keep and drop what they should');
is($node->safe_psql('postgres', 'BEGIN; SAVEPOINT a; SAVEPOINT b; ' . load('plain', 1_000) . 'RELEASE b; ' .
  'ROLLBACK TO a; SELECT count(*) FROM plain WHERE id >= 0; COMMIT; SELECT count(*) FROM plain WHERE id >= 0'),
  "1000\n6000\n6000", 'a released savepoint goes with the one around it');
is_sound($node, 'after savepoints');

# Seen by nobody during the load; by its own transaction after it; by others after COMMIT.
my $session = start_session($node, 'BEGIN; ' . load('plain', 1_500_000));
wait_for_pages($node, 'plain', 4_000_000);
is($node->safe_psql('postgres', 'SELECT count(*) FROM plain WHERE id >= 0'), '6000', 'not seen during the load');
run_in($session, '');
is(run_in($session, 'SELECT count(*) FROM plain WHERE id >= 0;'), '1506000', 'seen by its own transaction after it');
is($node->safe_psql('postgres', 'SELECT count(*) FROM plain WHERE id >= 0'), '6000', 'not by others before COMMIT');
run_in($session, 'COMMIT;');
is($node->safe_psql('postgres', 'SELECT count(*) FROM plain WHERE id >= 0'), '1506000', 'seen after COMMIT');
# A cursor that is older than the load does not see it.
is(run_in($session, 'BEGIN; INSERT INTO plain VALUES (-9); DECLARE c CURSOR FOR SELECT id FROM plain WHERE id >= 0; ' .
  load('plain', 1_000) . 'MOVE 1506000 c; FETCH ALL c; SELECT count(*) FROM plain WHERE id >= 0; ROLLBACK;'),
  "1000\n1507000", 'an older cursor does not');
finish_session($session);
$node->stop;
done_testing();
