/// How much a chunked body may bring beside its content.
package struct BodyLimits: Sendable {
    /// Bytes of the extensions of one chunk.
    package var chunkExtensionBytes = 1024
    /// Bytes of a trailer section.
    package var trailerBytes = 16 * 1024

    package init() {}

    /// Of the extensions of a whole body. Without it, one byte of content could cost as much as a chunk's extensions.
    var extensionBytes: Int { 16 * self.chunkExtensionBytes }
}
