using System.Globalization;
using System.Net;
using System.Text;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>
/// Keeps a screen that a test saw as docs/images/NAME.svg, where EDGEAGENT_PICTURES is set: EDGEAGENT_PICTURES=1 ./dev test --filter TopTests.
/// </summary>
internal static class Picture
{
    private const double Character = 8.4;
    private const int Line = 18;
    private const int Margin = 14;

    public static void Write(string name, string screen)
    {
        if (Environment.GetEnvironmentVariable("EDGEAGENT_PICTURES") is { Length: > 0 })
        {
            File.WriteAllText(Repository.PathOf($"docs/images/{name}.svg"), Draw(screen));
        }
    }

    private static string Draw(string screen)
    {
        var lines = screen.TrimEnd().Split('\n');
        var width = (lines.Max(static line => line.Length) * Character) + (2 * Margin);
        var height = (lines.Length * Line) + (2 * Margin);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0} {height}" font-family="ui-monospace,'DejaVu Sans Mono',monospace" font-size="14" fill="#d8dee9"><rect width="100%" height="100%" rx="6" fill="#1b2028"/>""").Append('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimEnd() is { Length: > 0 } text)
            {
                // The length is given, so that columns stand below each other in any font.
                svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Margin}" y="{Margin + ((i + 0.75) * Line):0.#}" textLength="{text.Length * Character:0.#}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">{WebUtility.HtmlEncode(text)}</text>""").Append('\n');
            }
        }

        return svg.Append("</svg>\n").ToString();
    }
}
