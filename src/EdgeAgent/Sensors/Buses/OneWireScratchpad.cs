using System.Globalization;

namespace EdgeAgent.Sensors.Buses;

/// <summary>
/// The nine bytes that a DS18B20 and its family answer with, and what the kernel's w1_slave file says of them (drivers/w1/slaves/
/// w1_therm.c). Family 3b is either a DS1825, which is like them, or a MAX31850 or MAX31851, which measures by a thermocouple: its
/// configuration has bit 7 set, bit 0 of its temperature is a fault, and the kernel takes that bit away. Pure.
/// </summary>
internal static class OneWireScratchpad
{
    /// <summary>What the sensor holds between power-on and its first conversion: 85 °C.</summary>
    public const int PowerOn = 85_000;

    /// <summary>What it holds where a conversion ran out of power: ff 07.</summary>
    public const int NoPower = 127_937;

    private const int Length = 9;
    private const int Reserved = 6;
    private const int ReservedAtPowerOn = 0x0C;
    private const int Configuration = 4;
    private const int IsThermocouple = 0x80;
    private const int Fault = 1;
    private const int ColdJunction = 2;

    /// <summary>Shorted to supply, shorted to ground, open: beside the fault, which other chips of the family may have as a digit.</summary>
    private const int FaultCauses = 7;
    private const int Lowest = -55_000;
    private const int Highest = 125_000;

    /// <summary>The widest of all types of thermocouples, by the data sheet of MAX31850 and MAX31851.</summary>
    private const int ThermocoupleLowest = -270_000;
    private const int ThermocoupleHighest = 1_768_000;

    /// <summary>Whether a probe may be a thermocouple, by its family.</summary>
    public static bool MayBeThermocouple(string probe) => probe.StartsWith("3b-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The temperature in the two lines of w1_slave, or why there is none.</summary>
    public static (int? Millidegrees, SensorFailure? Failure) Parse(string probe, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2 || Bytes(lines[0]) is not { } bytes)
        {
            return (null, new(SensorFailureKind.Crc, "the probe's answer was cut short or disturbed"));
        }

        if (bytes.All(static octet => octet == 0xFF))
        {
            return (null, new(SensorFailureKind.Missing, "nothing answers on the bus: unplugged, or its wire is broken"));
        }

        if (bytes.All(static octet => octet == 0))
        {
            return (null, new(SensorFailureKind.Io, "the bus is shorted: it reads as all zeros, whose checksum is right"));
        }

        if (!lines[0].EndsWith("YES", StringComparison.Ordinal) || Checksum(bytes) != bytes[^1])
        {
            return (null, new(SensorFailureKind.Crc, "the checksum is wrong: check wiring, length and pull-up"));
        }

        if (MayBeThermocouple(probe) && (bytes[Configuration] & IsThermocouple) != 0 && (bytes[0] & Fault) != 0 && (bytes[ColdJunction] & FaultCauses) != 0)
        {
            return (null, new(SensorFailureKind.Io, "the thermocouple is broken, not connected, or shorted to ground or supply"));
        }

        var mark = lines[1].IndexOf("t=", StringComparison.Ordinal);
        return mark >= 0 && int.TryParse(lines[1].AsSpan(mark + 2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var millidegrees)
            ? Check(probe, millidegrees, bytes[Reserved])
            : (null, new(SensorFailureKind.Format, "w1_slave has no t="));
    }

    /// <summary>Whether a bare temperature could as well be an answer that is none, which only the scratchpad tells.</summary>
    public static bool IsDoubtful(int millidegrees) => millidegrees is PowerOn or 0;

    /// <summary>The temperature where it is one.</summary>
    /// <param name="probe">Its name, which begins with its family.</param>
    /// <param name="millidegrees">As the kernel has it.</param>
    /// <param name="reserved">Byte 6 of the scratchpad; 0x0c where it is not known.</param>
    public static (int? Millidegrees, SensorFailure? Failure) Check(string probe, int millidegrees, int reserved = ReservedAtPowerOn)
    {
        var (lowest, highest) = MayBeThermocouple(probe) ? (ThermocoupleLowest, ThermocoupleHighest) : (Lowest, Highest);
        return millidegrees switch
        {
            PowerOn when reserved == ReservedAtPowerOn => (null, new(SensorFailureKind.PowerOn, "85 °C is what the probe shows after power-on: its supply was interrupted, or it did not measure")),
            NoPower => (null, new(SensorFailureKind.Io, "the probe had too little power to measure: with parasite power, wire its VDD pin")),
            _ when millidegrees < lowest || millidegrees > highest => (null, new(
                SensorFailureKind.Implausible,
                FormattableString.Invariant($"{millidegrees / 1000.0} °C is beyond the probe's range of {lowest / 1000} to {highest / 1000} °C"))),
            _ => (millidegrees, null),
        };
    }

    /// <summary>CRC-8 of Dallas: x^8 + x^5 + x^4 + 1, low bit first, over all but the last byte.</summary>
    public static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = 0;
        foreach (var octet in bytes[..^1])
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x8C : crc >> 1;
            }
        }

        return (byte)crc;
    }

    private static byte[]? Bytes(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var bytes = new byte[Length];
        for (var i = 0; i < Length; i++)
        {
            if (i >= words.Length || !byte.TryParse(words[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }
}
