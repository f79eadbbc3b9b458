using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Kinds;

public sealed class FileSensorTests
{
    [Theory]
    [InlineData("48312\n", 48312.0)]
    [InlineData("  -5.25 ", -5.25)]
    [InlineData("1e3", 1000.0)]
    [InlineData("+7\0", 7.0)]
    public async Task A_number_is_read(string content, double expected)
    {
        var observation = await ReadAsync(content);

        Assert.Null(observation.Failure);
        Assert.True(observation.Values[0].Value.TryGetNumber(out var number));
        Assert.Equal(expected, number);
    }

    [Fact]
    public async Task A_whole_number_stays_whole() => Assert.Equal(ValueKind.Integer, (await ReadAsync("48312")).Values[0].Value.Kind);

    [Theory]
    [InlineData("", "format")]
    [InlineData("rubbish", "format")]
    [InlineData("21,5", "format")]
    [InlineData("NaN", "implausible")]
    [InlineData("1e400", "implausible")]
    public async Task Anything_else_is_a_failure(string content, string kind) =>
        Assert.Equal(kind, (await ReadAsync(content)).Failure?.Kind.Text());

    [Fact]
    public async Task A_missing_file_is_missing_and_comes_back()
    {
        using var tree = new FixtureTree();
        await using var sensor = Some.Sensor(FileSensor.Kind, null, ("path", tree.Path("value")));

        Assert.Equal(SensorFailureKind.Missing, (await sensor.ReadAsync(default)).Failure?.Kind);
        tree.With("value", "1");
        Assert.Null((await sensor.ReadAsync(default)).Failure);
    }

    [Fact]
    public async Task A_directory_is_no_file() =>
        Assert.Equal(SensorFailureKind.Format, (await Some.ReadAsync(FileSensor.Kind, null, ("path", "/tmp"))).Failure?.Kind);

    private static async Task<Observation> ReadAsync(string content)
    {
        using var tree = new FixtureTree();
        tree.With("value", content);
        return await Some.ReadAsync(FileSensor.Kind, null, ("path", tree.Path("value")));
    }
}
