using System.Globalization;
using System.Text;

namespace EdgeAgent.Documents;

/// <summary>Writes a manual page in the macros of man(7). Text that is given is text: what roff would take as its own is escaped.</summary>
internal sealed class Roff
{
    private readonly StringBuilder _text = new();

    public Roff(string title, int section, string version) =>
        _text.Append(CultureInfo.InvariantCulture, $".TH {title} {section} \"\" \"EdgeAgent {version}\"\n.nh\n.ad l\n");

    public Roff Section(string name) => Line($".SH {name}");

    public Roff Subsection(string name) => Line($".SS {Escape(name)}");

    public Roff Paragraph(string text) => Line(".PP").Line(Escape(text));

    /// <summary>A term and, indented below it, what it means.</summary>
    public Roff Item(string term, params IEnumerable<string> lines)
    {
        Line(".TP").Line($"\\fB{Escape(term)}\\fR");
        var isFirst = true;
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            if (!isFirst)
            {
                Line(".br");
            }

            Line(Escape(line));
            isFirst = false;
        }

        return this;
    }

    /// <summary>Text to be shown as it is, letter by letter.</summary>
    public Roff Example(string text)
    {
        Line(".PP").Line(".nf").Line(".RS 4");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            Line(line.Length == 0 ? "\\&" : Escape(line));
        }

        return Line(".RE").Line(".fi");
    }

    public override string ToString() => _text.ToString();

    private static string Escape(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("'", "\\(aq", StringComparison.Ordinal);
        return escaped.StartsWith('.') ? $"\\&{escaped}" : escaped;
    }

    private Roff Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }
}
