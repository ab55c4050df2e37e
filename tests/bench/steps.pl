# Sums up a build's progress: seconds of each kind of step, from the first start to the last end among its steps.
# usage: docker build --progress=rawjson … 2>FILE; steps.pl FILE      prints `worker 3.1 resolve 2.0 …`
use strict;
use warnings;

my (%name, %began, %ended);
while (my $line = <>) {
    # One vertex; names of ours have no quotes and no braces.
    while ($line =~ /\{"digest":"(sha256:[0-9a-f]+)"([^{}]*)\}/g) {
        my ($vertex, $rest) = ($1, $2);
        $name{$vertex} = $1 if $rest =~ /"name":"\[(\w+)\]/;
        $began{$vertex} //= seconds($1) if $rest =~ /"started":"([^"]+)"/;
        $ended{$vertex} = seconds($1) if $rest =~ /"completed":"([^"]+)"/;
    }
}
my %span;
for my $vertex (grep { defined $name{$_} && defined $ended{$_} } keys %name) {
    my $span = $span{$name{$vertex}} //= [$began{$vertex}, $ended{$vertex}];
    $span->[0] = $began{$vertex} if $began{$vertex} < $span->[0];
    $span->[1] = $ended{$vertex} if $ended{$vertex} > $span->[1];
}
print join(' ', map { sprintf '%s %.1f', $_, $span{$_}[1] - $span{$_}[0] } grep { $span{$_} } qw(worker resolve fetch source build assemble)), "\n";

# Seconds since the day began: no build here takes a day, and midnight is not worth a library.
sub seconds {
    my ($hour, $minute, $second) = $_[0] =~ /T(\d+):(\d+):([\d.]+)/ or die "not a time: $_[0]";
    return $hour * 3600 + $minute * 60 + $second;
}
