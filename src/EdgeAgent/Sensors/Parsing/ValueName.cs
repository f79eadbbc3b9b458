using System.Text;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>Names of values in payloads. Pure.</summary>
internal static class ValueName
{
    /// <summary>A label made for people as a name: lower case, an underscore for each run of anything but letters and digits.</summary>
    public static string FromLabel(string label)
    {
        var name = new StringBuilder();
        foreach (var symbol in label)
        {
            if (char.IsLetterOrDigit(symbol))
            {
                name.Append(char.ToLowerInvariant(symbol));
            }
            else if (name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }
        }

        return name.ToString().TrimEnd('_') is { Length: > 0 } result ? result : "value";
    }
}
