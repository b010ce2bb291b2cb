# The published JSON Schema of the configuration and import_config() agree: every example of the documentation passes
# both, every fault that a schema can tell is refused by both, and the schema names just the keys that the code knows.
use strict;
use warnings;
use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

sub read_file
{
  my ($name) = @_;
  my ($top) = grep { -e "$_/docs" } "$FindBin::Bin/../..", '.';
  open my $file, '<:encoding(UTF-8)', "$top/$name" or die "$name: $!";
  local $/;
  return scalar <$file>;
}

my $json = JSON::PP->new->allow_nonref;
my $schema = $json->decode(read_file('docs/configuration.schema.json'));

sub is_number { return !ref $_[0] && !JSON::PP::is_bool($_[0]) && $json->encode($_[0]) =~ /^-?[0-9]/ }
my %is_of_type = (
  object => sub { ref $_[0] eq 'HASH' },
  array => sub { ref $_[0] eq 'ARRAY' },
  boolean => sub { JSON::PP::is_bool($_[0]) },
  number => \&is_number,
  integer => sub { is_number($_[0]) && $_[0] == int $_[0] },
  string => sub { defined $_[0] && !ref $_[0] && !is_number($_[0]) },
);
my $same = sub { $json->canonical->encode($_[0]) eq $json->canonical->encode($_[1]) };

# What each keyword of the schema asks for: (its value, the instance, the schema around it).
my %keywords;
sub fits
{
  my ($rule, $value) = @_;
  for my $keyword (keys %$rule)
  {
    next if $keyword =~ /^(\$schema|\$defs|title|description)$/;
    my $check = $keywords{$keyword} or die "the schema uses $keyword, which this test does not know";
    return 0 unless $check->($rule->{$keyword}, $value, $rule);
  }
  return 1;
}
%keywords = (
  '$ref' => sub { fits($schema->{'$defs'}{ $_[0] =~ s,.*/,,r }, $_[1]) },
  type => sub { $is_of_type{ $_[0] }->($_[1]) },
  const => sub { $same->($_[0], $_[1]) },
  enum => sub { my $value = $_[1]; grep { $same->($_, $value) } @{ $_[0] } },
  anyOf => sub { my $value = $_[1]; grep { fits($_, $value) } @{ $_[0] } },
  allOf => sub { my $value = $_[1]; !grep { !fits($_, $value) } @{ $_[0] } },
  not => sub { !fits($_[0], $_[1]) },
  minimum => sub { !is_number($_[1]) || $_[1] >= $_[0] },
  maximum => sub { !is_number($_[1]) || $_[1] <= $_[0] },
  exclusiveMinimum => sub { !is_number($_[1]) || $_[1] > $_[0] },
  minLength => sub { ref $_[1] || length $_[1] >= $_[0] },
  minItems => sub { ref $_[1] ne 'ARRAY' || @{ $_[1] } >= $_[0] },
  propertyNames => sub { my ($rule, $value) = @_; ref $value ne 'HASH' || !grep { !fits($rule, $_) } keys %$value },
  pattern => sub { $_[1] =~ /$_[0]/ },
  maxProperties => sub { ref $_[1] ne 'HASH' || keys %{ $_[1] } <= $_[0] },
  minProperties => sub { ref $_[1] ne 'HASH' || keys %{ $_[1] } >= $_[0] },
  items => sub { my ($rule, $value) = @_; ref $value ne 'ARRAY' || !grep { !fits($rule, $_) } @$value },
  required => sub { my ($names, $value) = @_; ref $value ne 'HASH' || !grep { !exists $value->{$_} } @$names },
  properties => sub {
    my ($rules, $value) = @_;
    ref $value ne 'HASH' || !grep { exists $value->{$_} && !fits($rules->{$_}, $value->{$_}) } keys %$rules;
  },
  additionalProperties => sub {
    my ($rule, $value, $around) = @_;
    return 1 if ref $value ne 'HASH';
    my @others = grep { !exists $around->{properties}{$_} } keys %$value;
    return ref $rule eq 'HASH' ? !grep { !fits($rule, $value->{$_}) } @others : !@others;
  },
);

my $node = PostgreSQL::Test::Cluster->new('schema');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
  CREATE EXTENSION dbmocker;
  CREATE TABLE users (n int, x numeric(10, 2), t text, d date, c varchar(10));
  CREATE TABLE orders (total numeric(10, 2));
});

sub verdict
{
  my ($text) = @_;
  my ($out, $err) = ('', '');
  my $code = $node->psql('postgres', "SELECT dbmocker.import_config(\$json\$$text\$json\$, replace => true)",
    stdout => \$out, stderr => \$err);
  return ($code == 0 ? 1 : 0, $err);
}
sub judge
{
  my ($text, $expected, $what) = @_;
  my ($is_taken, $error) = verdict($text);
  is(fits($schema, $json->decode($text)) ? 1 : 0, $expected, "the schema: $what");
  is($is_taken, $expected, "import_config: $what") or diag($error);
}
sub rule { return qq({"tables": {"users": {"columns": {$_[0]}}}}) }

# The generators of the documentation are those that there are, for texts as an error lists them.
my ($generators) = (verdict('{"tables": {"users": {"columns": {"t": {"generator": "?"}}}}}'))[1] =~ /type are: (.*?)\./;
my @documented = map { /^\| `(\w+)` \| text\b/ ? $1 : () } split /\n/, read_file('docs/generators.md');
is(join(', ', sort @documented), $generators, 'the documented generators');

# The examples of the documentation.
my @examples = read_file('docs/configuration.md') =~ /^```json\n(.*?)^```/msg;
cmp_ok(scalar @examples, '>=', 3, 'the documentation has examples');
judge($_, 1, 'example: ' . substr($_, 0, 60) =~ s/\s+/ /gr) for @examples;

judge(rule($_), 1, $_) for '"n": {}', '"n": {"min": 1, "max": "20", "null_probability": 1}',
  '"t": {"possible_values": ["a", 1, true]}', '"n": {"sequence": {}}', '"n": {"sequence": {"start": -3, "step": -1}}',
  '"n": {"distribution": "zipf"}', '"x": {"distribution": {"kind": "histogram", "bounds": [0, 1], "shares": [2]}}',
  '"n": {"distribution": {"kind": "poisson", "mean": 3}}', '"d": {"min": "now() - 3 days", "max": "now"}',
  '"x": {"expression": "n * 2"}', '"t": {"template": "{{n}} of {{x}}"}', '"n": {"unique": true}',
  '"n": {"duplicate_strategy": "cached_pool", "pool_size": 4}', '"c": {"weighted_values": {"a": 1, "b": 0}}',
  '"t": {"generator": "email", "max_length": 60}', '"t": {"pattern": "[A-Z]{3}-\\\\d{4}", "min_length": 8}',
  '"t": {"depends_on": "n"}', '"c": {"distribution": {"kind": "weighted", "weights": {"a": 1, "b": 0}}}',
  '"n": {"possible_values": [1, 2], "distribution": {"kind": "weighted", "weights": [1, 2.5]}}',
  '"d": {"distribution": {"kind": "histogram", "bounds": ["2024-01-01", "2025-01-01"], "shares": [1]}}',
  '"n": {"duplicate_strategy": "smart_duplicates", "pool_share_small": 0.5, "pool_share_medium": 0.1}',
  '"c": {"duplicate_strategy": "weighted_random", "weighted_values": {"a": 1, "b": 2}}',
  '"t": {"depends_on": "n", "possible_values": {"1": ["a", "b"], "2": "c", "*": ["d"]}}',
  '"t": {"generator": "city", "locale": "de_DE"}', '"t": {"template": "{{n}} {{first_name}}", "locale": "fr_FR"}',
  '"n": {"duplicate_strategy": "allow_simple", "duplicate_value": 3}',
  '"n": {"duplicate_strategy": "fast_data_reuse", "reuse_probability": 0.5, "sample_size": 10}',
  '"x": {"edge_case_probability": 0.1}';
judge(rule($_), 0, $_) for '"n": 3', '"n": {"minimum": 1}', '"n": {"min": []}', '"n": {"null_probability": 1.5}',
  '"t": {"possible_values": []}', '"t": {"possible_values": [null]}', '"n": {"sequence": {"step": 0}}',
  '"n": {"sequence": {"first": 1}}', '"n": {"distribution": "poisson"}', '"n": {"distribution": {"kind": "bell"}}',
  '"n": {"distribution": {"kind": "zipf", "exponent": 0}}', '"n": {"distribution": {"kind": "zipf", "mean": 1}}',
  '"c": {"weighted_values": {"a": -1}}', '"c": {"weighted_values": {}}', '"t": {"generator": ""}',
  '"x": {"expression": "n", "min": 1}', '"t": {"template": ""}', '"n": {"unique": 1}', '"n": {"pool_size": 4}',
  '"n": {"duplicate_strategy": "always"}', '"t": {"generator": "email", "possible_values": ["a"]}',
  '"x": {"edge_case_probability": 2}', '"t": {"pattern": ""}', '"t": {"pattern": "a", "generator": "email"}',
  '"t": {"generator": "city", "locale": "xx_XX"}', '"t": {"depends_on": "n", "sequence": {}}',
  '"n": {"duplicate_value": 3}', '"n": {"distribution": {"kind": "weighted"}}',
  '"n": {"distribution": {"kind": "weighted", "weights": 3}}',
  '"c": {"duplicate_strategy": "cached_pool", "weighted_values": {"a": 1}}', '"n": {"reuse_probability": 0.5}',
  '"n": {"duplicate_strategy": "fast_data_reuse", "sample_size": 0}',
  '"t": {"min_length": -1}', '"t": {"max_length": 1.5}';
judge($_, 1, $_) for '{}', '{"duplicates": {"global_duplicate_enabled": true, "pool_size_small": 4}}',
  '{"performance": {"max_workers": "auto", "batch_size": 5, "freeze": false}}',
  '{"performance": {"on_error": "skip", "on_exhausted": "cap", "connection_pool_size": 2}}',
  '{"presets": {"x": {"analyze": true}}}', '{"tables": {"users": {"rows": 0, "truncate": true}}}',
  '{"duplicates": {"global_duplicate_strategy": "fast_data_reuse", "reuse_probability": 0.2, "sample_size": 50}}',
  '{"performance": {"locale": "de_DE", "analyze_existing_data": true}}';
judge($_, 0, $_) for '[]', '{"duplicates": {"batch_size": 4}}',
  '{"speed": {}}', '{"performance": {"max_workers": -1}}', '{"performance": {"speed": 1}}',
  '{"performance": {"connection_pool_size": 65}}', '{"presets": {"x": {"connection_pool_size": 5}}}',
  '{"tables": {"users": {"options": {"connection_pool_size": 5}}}}', '{"performance": {"batch_size": "all"}}',
  '{"performance": {"freeze": 1}}',
  '{"presets": {"x": {"performance_mode": "y"}}}',
  '{"tables": {"users": {"truncate": 1}}}', '{"performance": {"locale": "de"}}',
  '{"tables": {"users": {"rows": -1}}}', '{"tables": {"users": {"rows": 1.5}}}', '{"tables": {"users": {"colour": 1}}}',
  '{"tables": {"users": {"options": {"memory_limit_mb": 0}}}}', '{"performance": {"insertion_strategy": "warp"}}',
  '{"performance": {"on_error": "go on"}}', '{"performance": {"on_exhausted": true}}';

# The keys are the code's own, as its errors list them.
my (undef, $error) = verdict('{"performance": {"?": 1}, "tables": {"users": {"?": 1, "columns": {"n": {"?": 1}}}}}');
sub keys_of { return join ', ', sort keys %{ $schema->{'$defs'}{ $_[0] }{properties} } }
like($error, qr/^\S*\s*performance\.\?: is not known; valid options are \Q@{[ keys_of('options') ]}\E\.$/m, 'options');
like($error, qr/tables\.users\.\?: is not known; valid keys are \Q@{[ keys_of('table') ]}\E\.$/m, 'tables');
like($error, qr/columns\.n\.\?: is not known; valid keys are \Q@{[ keys_of('rule') ]}\E\.$/m, 'rules');
(undef, $error) = verdict(rule('"n": {"distribution": "?"}'));
my @kinds = grep { $_->{'$ref'} } @{ $schema->{'$defs'}{distribution}{anyOf} };
my $kinds = join ', ', map { $_->{'$ref'} =~ s,.*/,,r } @kinds;
like($error, qr/must be one of \Q$kinds\E\.$/m, 'distributions');

done_testing();
