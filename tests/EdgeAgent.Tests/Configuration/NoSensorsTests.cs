namespace EdgeAgent.Tests.Configuration;

public sealed class NoSensorsTests
{
    [Theory]
    [InlineData("sensors: []")]
    [InlineData("sensors:")]
    [InlineData("sensors:\n  #- id: a")]
    public void A_list_of_no_sensors_is_a_warning_however_it_is_written(string sensors) =>
        Assert.StartsWith("edgeagent.yaml: warning: there are no sensors: nothing is read (edgeagent discover ", Assert.Single(ConfigFolder.Problems($"broker: {{url: mqtt://host}}\n{sensors}\n")), StringComparison.Ordinal);
}
