using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Configuration;

/// <summary>
/// Makes keys. A key made here is read, checked, described and shown as its kind of value asks; name and summary are all
/// that is said about it.
/// </summary>
internal static class Keys
{
    /// <summary>Text as written, also if it looks like a number.</summary>
    public static Key<string> Text(string name, string summary, string fallback) => new(name, summary, TextShape.Any, fallback);

    /// <param name="name">As in the file.</param>
    /// <param name="summary">One line for people.</param>
    /// <param name="example">What a sample shows, in YAML.</param>
    public static Key<string?> OptionalText(string name, string summary, string example = "") =>
        new(name, summary, new OptionalReferenceShape<string>(TextShape.NotEmpty), null) { Example = example };

    /// <param name="name">As in the file.</param>
    /// <param name="summary">One line for people.</param>
    /// <param name="example">What a sample shows, in YAML.</param>
    public static Key<string> RequiredText(string name, string summary, string example = "") =>
        new(name, summary, TextShape.NotEmpty, "", isRequired: true) { Example = example };

    /// <summary>Text that is never shown; may come from <c>!secret</c>.</summary>
    public static Key<Secret?> OptionalSecret(string name, string summary) => new(name, summary, new OptionalReferenceShape<Secret>(SecretShape.Instance), null);

    public static Key<double> Number(string name, string summary, double fallback, double? min = null, double? max = null) =>
        new(name, summary, new NumberShape(min, max), fallback);

    public static Key<double?> OptionalNumber(string name, string summary, double? min = null, double? max = null) =>
        new(name, summary, new OptionalShape<double>(new NumberShape(min, max)), null);

    /// <summary>A whole number; 0x before hexadecimal digits is understood.</summary>
    public static Key<int> Whole(string name, string summary, int fallback, int min, int max) => new(name, summary, new WholeShape(min, max), fallback);

    public static Key<int?> OptionalWhole(string name, string summary, int min, int max) =>
        new(name, summary, new OptionalShape<int>(new WholeShape(min, max)), null);

    public static Key<int> RequiredWhole(string name, string summary, int min, int max) =>
        new(name, summary, new WholeShape(min, max), 0, isRequired: true);

    public static Key<bool> Flag(string name, string summary, bool fallback) => new(name, summary, FlagShape.Instance, fallback);

    public static Key<TimeSpan> Duration(string name, string summary, TimeSpan fallback, TimeSpan min, TimeSpan max) =>
        new(name, summary, new DurationShape(min, max), fallback);

    public static Key<TimeSpan?> OptionalDuration(string name, string summary, TimeSpan min, TimeSpan max) =>
        new(name, summary, new OptionalShape<TimeSpan>(new DurationShape(min, max)), null);

    /// <summary>A number of bytes.</summary>
    public static Key<long> Size(string name, string summary, long fallback, long min, long max) => new(name, summary, new SizeShape(min, max), fallback);

    /// <summary>A member of the enum, written in snake_case.</summary>
    public static Key<T> Choice<T>(string name, string summary, T fallback)
        where T : struct, Enum => new(name, summary, ChoiceShape<T>.OfNames(), fallback);

    /// <summary>A member of the enum by words of our own.</summary>
    public static Key<T> Choice<T>(string name, string summary, T fallback, params ImmutableArray<(string Word, T Value)> choices)
        where T : struct, Enum => new(name, summary, new ChoiceShape<T>(choices), fallback);

    public static Key<T?> OptionalChoice<T>(string name, string summary)
        where T : struct, Enum => new(name, summary, new OptionalShape<T>(ChoiceShape<T>.OfNames()), null);

    public static Key<ImmutableArray<string>> TextList(string name, string summary) =>
        new(name, summary, new ListShape<string>(TextShape.Any, "a list of texts", minimum: 0), []);

    /// <summary>At least one text.</summary>
    /// <param name="name">As in the file.</param>
    /// <param name="summary">One line for people.</param>
    /// <param name="example">What a sample shows, in YAML.</param>
    public static Key<ImmutableArray<string>> RequiredTextList(string name, string summary, string example = "") =>
        new(name, summary, new ListShape<string>(TextShape.Any, "a list of texts", minimum: 1), [], isRequired: true) { Example = example };

    /// <summary>A regular expression that matches in linear time; null where not set.</summary>
    public static Key<Regex?> Pattern(string name, string summary) => new(name, summary, new OptionalReferenceShape<Regex>(PatternShape.Instance), null);

    /// <summary>A group of keys; every one at its default where the group is not there.</summary>
    public static Key<KeyValues> Section(string name, string summary, params ImmutableArray<Key> keys) =>
        new(name, summary, new SectionShape(keys), KeyValues.Empty);

    /// <summary>A list of groups of keys.</summary>
    public static Key<ImmutableArray<KeyValues>> List(string name, string summary, params ImmutableArray<Key> keys) =>
        new(name, summary, new ListShape<KeyValues>(new SectionShape(keys), "a list of groups of keys", minimum: 0), []);

    /// <summary>At least one group of keys.</summary>
    public static Key<ImmutableArray<KeyValues>> RequiredList(string name, string summary, params ImmutableArray<Key> keys) =>
        new(name, summary, new ListShape<KeyValues>(new SectionShape(keys), "a list of groups of keys", minimum: 1), [], isRequired: true);

    /// <summary>Names of the user's choice with a text each, such as HTTP headers.</summary>
    /// <param name="name">As in the file.</param>
    /// <param name="summary">One line for people.</param>
    /// <param name="isSecret">Whether any of the texts may be one.</param>
    public static Key<ImmutableDictionary<string, string>> TextMap(string name, string summary, bool isSecret = false) =>
        new(name, summary, TextMapShape.Instance, ImmutableDictionary<string, string>.Empty) { IsSecret = isSecret };
}
