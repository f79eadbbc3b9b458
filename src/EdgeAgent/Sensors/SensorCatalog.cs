using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Sensors;

/// <summary>Every kind of sensor there is. A new kind is one file in Kinds and one line here.</summary>
internal static class SensorCatalog
{
    /// <summary>In the order in which help and manual show them.</summary>
    public static ImmutableArray<SensorKind> Kinds { get; } =
    [
        SystemSensor.Kind,
        Ds18b20Sensor.Kind,
        IioSensor.Kind,
        HwmonSensor.Kind,
        FileSensor.Kind,
        GpioSensor.Kind,
        ModbusSensor.Kind,
        SerialSensor.Kind,
        ExecSensor.Kind,
        ExecdSensor.Kind,
        HttpSensor.Kind,
        MqttSensor.Kind,
        SimulateSensor.Kind,
    ];

    /// <summary>What every sensor may be told beside the keys of its own kind.</summary>
    public static ImmutableArray<Key> CommonKeys { get; } = [.. ProcessingKeys.All, .. SamplingKeys.All];

    /// <summary>What is wrong with a sensor's keys taken together.</summary>
    public static IEnumerable<SettingProblem> Check(SensorKind kind, KeyValues settings) => [.. ProcessingKeys.Check(settings), .. kind.Check(settings)];

    /// <summary>The kind of that name, which the configuration's reader has checked.</summary>
    public static SensorKind Kind(string name) => Kinds.First(kind => kind.Name == name);
}
