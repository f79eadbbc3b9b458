namespace EdgeAgent.EndToEnd.Harness;

/// <summary>Writes the configurations of the scenarios.</summary>
internal static class Configuration
{
    private const string Backoff = "{initial: 100ms, max: 1s}";

    /// <summary>A small configuration whose gateway is called <c>test</c>, with its queue in the folder.</summary>
    /// <param name="broker">The broker's URL.</param>
    /// <param name="sensors">Entries of the list of sensors.</param>
    /// <param name="listen">Where the status page is.</param>
    public static string Of(TemporaryFolder folder, string broker, IEnumerable<string> sensors, string lossWindow = "1s", string protocol = "auto", string keepAlive = "5s", string listen = "off") =>
        $"""
        gateway: test
        broker:
          url: "{broker}"
          protocol: "{protocol}"
          keep_alive: {keepAlive}
          backoff: {Backoff}
        queue:
          path: "{folder["queue.db"]}"
          loss_window: {lossWindow}
        status:
          listen: "{listen}"
        sensors:
        {string.Join('\n', sensors.Select(sensor => $"  - {sensor}"))}

        """;
}
