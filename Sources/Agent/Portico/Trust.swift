/// Whose certificates are believed. There is no way to believe all.
public enum Trust: Sendable, Hashable {
    /// The roots of the operating system.
    case system
    /// The certificates of a PEM file, one or several, and no others.
    case file(String)
    /// The certificates of a PEM text, one or several, and no others.
    case pem([UInt8])
}
