namespace EdgeAgent.Sensors.Kernel;

/// <summary>The links of sysfs.</summary>
internal static class SysLink
{
    /// <summary>The last part of what a link points to; empty where it is no link.</summary>
    public static string Target(string path)
    {
        try
        {
            return Path.GetFileName(new FileInfo(path).LinkTarget ?? string.Empty);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
