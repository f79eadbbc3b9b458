using System.Globalization;
using System.Text;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>Reads a file of the configuration; whatever is wrong with the file itself is one problem in plain words.</summary>
internal static class SourceLoader
{
    public const int LargestFile = 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file of at most <see cref="LargestFile"/> bytes of UTF-8.</summary>
    /// <returns>The text, or the problem.</returns>
    public static (SourceFile? Source, Problem? Problem) Load(string path, bool isSecret = false)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return Fail(path, "is a folder, not a file", "name the file in it");
            }

            using var file = File.OpenRead(path);
            var bytes = new byte[LargestFile + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > LargestFile ? Fail(path, "is larger than 1 MiB", "a configuration is some kilobytes; is this the right file?") : Decode(path, bytes.AsSpan(0, length), isSecret);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fail(path, "there is no such file", "name the configuration with --config FILE");
        }
        catch (UnauthorizedAccessException)
        {
            return (null, new Problem(Severity.Error, "may not be read by this user") { File = path, IsPermission = true, Hint = "run as root (sudo), or as a member of the file's group" });
        }
        catch (IOException e)
        {
            return Fail(path, $"cannot be read: {e.Message}", null);
        }
    }

    /// <summary>Whether the file's mode lets others read it. False where it has no mode.</summary>
    public static bool IsReadableByEveryone(string path)
    {
        try
        {
            return !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & UnixFileMode.OtherRead) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static (SourceFile?, Problem?) Decode(string path, ReadOnlySpan<byte> bytes, bool isSecret)
    {
        if (bytes is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [_, 0, ..] or [0, _, ..])
        {
            return Fail(path, "is written in UTF-16", "save it as UTF-8");
        }

        if (bytes is [0xEF, 0xBB, 0xBF, ..])
        {
            bytes = bytes[3..];
        }

        try
        {
            return (new SourceFile(path, Utf8.GetString(bytes)) { IsSecret = isSecret }, null);
        }
        catch (DecoderFallbackException e)
        {
            // What comes before the bad bytes is text, and tells their line.
            var source = new SourceFile(path, Encoding.UTF8.GetString(bytes)) { IsSecret = isSecret };
            var at = source.Text.IndexOf('\uFFFD', StringComparison.Ordinal);
            var bad = e.BytesUnknown is [var first, ..] ? first.ToString("X2", CultureInfo.InvariantCulture) : "?";
            return (null, new Problem(Severity.Error, $"a byte that is not UTF-8 (0x{bad})") { File = path, Span = new SourceSpan(source, Math.Max(at, 0), 1), Hint = "save the file as UTF-8" });
        }
    }

    private static (SourceFile?, Problem?) Fail(string path, string message, string? hint) =>
        (null, new Problem(Severity.Error, message) { File = path, Hint = hint });
}
