using EdgeAgent.Configuration;
using EdgeAgent.Sensors;

namespace EdgeAgent.Tests.Configuration;

public sealed class ConfigSampleTests
{
    private static readonly ConfigSchema Schema = ConfigSchema.Full;

    public static TheoryData<string> Kinds { get; } = [.. SensorCatalog.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_sample_of_a_kind_reads_without_an_error_and_names_every_key(string name)
    {
        var kind = SensorCatalog.Kind(name);
        var sample = ConfigSample.Write(Schema, [kind]);
        using var folder = new ConfigFolder();
        folder.Write("edgeagent.yaml", sample);

        var reading = ConfigReader.Read(folder.Main, Schema, folder.Environment);

        Assert.True(reading.Config is not null, ProblemText.Render(reading.Problems));
        Assert.All(Schema.Sensor.KeysOf(kind), key => Assert.Contains($"{key.Name}:", sample, StringComparison.Ordinal));
    }

    [Fact]
    public void Reading_the_same_twice_gives_equal_sensors_of_every_kind()
    {
        var sample = ConfigSample.Write(Schema, Schema.Kinds);
        using var folder = new ConfigFolder();
        folder.Write("edgeagent.yaml", sample);
        var once = ConfigReader.Read(folder.Main, Schema, folder.Environment).Config!.Sensors;
        var twice = ConfigReader.Read(folder.Main, Schema, folder.Environment).Config!.Sensors;

        Assert.All(once.Zip(twice), pair => Assert.Equal(pair.First, pair.Second));
    }

    [Fact]
    public void All_kinds_together_read_without_an_error()
    {
        using var folder = new ConfigFolder();
        folder.Write("edgeagent.yaml", ConfigSample.Write(Schema, Schema.Kinds));

        Assert.Equal(Schema.Kinds.Length, ConfigReader.Read(folder.Main, Schema, folder.Environment).Config?.Sensors.Length);
    }

    [Fact]
    public void A_sample_shows_what_is_required_and_the_defaults_behind_a_hash() => Assert.StartsWith(
        """
        sensors:
          # modbus: registers of a device
          - id: modbus_1
            type: modbus
            # the device
            #unit_id:
            # what to read
            registers: [{name: "...", address: 1}]

            # Every sensor can have these:
            # how often it is read
            #interval: 10s

        """,
        ConfigSample.Write(SampleKinds.Schema, [SampleKinds.Schema.Kinds[3]]),
        StringComparison.Ordinal);
}
