using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>Writes a line of a mosquitto password file, as mosquitto_passwd does (PBKDF2, SHA-512).</summary>
internal static class MosquittoPassword
{
    private const int Iterations = 101;

    public static string Line(string user, string password)
    {
        var salt = RandomNumberGenerator.GetBytes(12);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA512, 64);
        return $"{user}:$7${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}\n";
    }
}
