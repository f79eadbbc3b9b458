using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Buses;

/// <summary>The keys of every kind that opens a serial port.</summary>
internal static class SerialKeys
{
    public static readonly Key<int> Baud = Keys.Whole("baud", "bits per second", 9600, 300, 1_000_000);

    public static readonly Key<int> DataBits = Keys.Whole("data_bits", "7 or 8", 8, 7, 8);

    public static readonly Key<Parity> ParityKey = Keys.Choice("parity", "none, even or odd", Parity.None);

    public static readonly Key<int> StopBits = Keys.Whole("stop_bits", "1 or 2", 1, 1, 2);

    public static SerialSettings Settings(KeyValues settings) =>
        new(settings.Get(Baud), settings.Get(DataBits), settings.Get(ParityKey), settings.Get(StopBits));

    public static IEnumerable<SettingProblem> Check(KeyValues settings) => SerialPort.Speeds.Contains(settings.Get(Baud))
        ? []
        : [new(Baud, "no speed that serial ports have", string.Join(", ", SerialPort.Speeds))];
}
