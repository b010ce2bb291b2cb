# No room for a load: ENOSPC on a small file system (where the test may mount one in a namespace of its own), EFBIG by a
# limit on the size of files. A plain error, the table as it was, the server alive; with room again, the load works.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('disk_full', conf => 'max_wal_size = 256MB');
my $room = $node->basedir . '/room';
mkdir $room;
$node->stop;

# Starts the server below the words of a command that runs another one.
sub start_below
{
  my (@words) = @_;
  my $ok = IPC::Run::run([ @words, 'pg_ctl', '-w', '-s', '-D', $node->data_dir, '-l', $node->logfile, 'start' ],
    '>', \my $out, '2>', \my $err);
  $node->_update_pid($ok ? 1 : 0);
  return $ok;
}

# What a load that runs out of room leaves, and what works after it. Rows get longer than
# the first ones look.
sub fails_cleanly
{
  my ($what, $tablespace, $message) = @_;
  for my $kind ('', 'UNLOGGED')
  {
    my $name = "$what, " . ($kind || 'logged');
    $node->safe_psql('postgres', "CREATE TABLE ballast $tablespace AS SELECT generate_series(1, 30000);
      CREATE $kind TABLE filled (id bigint PRIMARY KEY, name text NOT NULL,
        long text GENERATED ALWAYS AS (CASE WHEN id > 3000 THEN repeat('x', 500) END) STORED) $tablespace;" .
      load('filled', 2_000));
    my $before = digest($node, 'filled', 'id');
    my (undef, $out, $err) = $node->psql('postgres', load('filled', 200_000));
    like($err, $message, "$name: a plain error");
    unlike($err, qr/PANIC|FATAL|connection/, "$name: no more than that");
    is_left_alone($node, 'filled', 2_000, $name);
    is(digest($node, 'filled', 'id'), $before, "$name: with the same rows");
    is_sound($node, $name);
    # VACUUM, which needs a little room itself, gives the pages of the failed load back.
    is($node->safe_psql('postgres', q{DROP TABLE ballast; VACUUM filled; SELECT pg_relation_size('filled') < 1000000}),
      't', "$name: its pages are given back");
    is($node->safe_psql('postgres', load('filled', 5_000)), '5000', "$name: a load that finds room works");
    is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT id) FROM filled'), '7000|7000',
      "$name: with all rows");
    is_sound($node, "$name, filled");
    $node->safe_psql('postgres', 'DROP TABLE filled');
  }
}

SKIP: {
  # A user namespace in which the test may mount, and in it another one in which it is not root.
  my $mounting = "mount -t tmpfs -o size=24m,mode=700 tmpfs '$room' && exec unshare --user --map-user=1000 " .
    '--map-group=1000 "$@"';
  my @small = ('unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', $mounting, 'sh');
  skip 'needs user namespaces', 1 unless start_below(@small);
  $node->safe_psql('postgres', "CREATE TABLESPACE small LOCATION '$room'");
  fails_cleanly('small file system', 'TABLESPACE small', qr/ERROR:  could not extend file .*No space left on device/);
  $node->safe_psql('postgres', 'DROP TABLESPACE small');
  $node->stop;
}

# Larger than a file of the log.
start_below('sh', '-c', 'ulimit -f 40960 && exec "$@"', 'sh') or BAIL_OUT('cannot start the server');
fails_cleanly('limited file', '', qr/ERROR:  could not extend file .*File too large/);
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC/, 'no panic');
command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ], 'checksums are right');
done_testing();
