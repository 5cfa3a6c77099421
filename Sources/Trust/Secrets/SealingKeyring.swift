/// The sealing keys of an edge: one that seals, and older ones that still open what they sealed.
///
/// To change the key, put a new line at the top of the file and start again; drop the old one when nothing that it
/// sealed is of use any more.
package struct SealingKeyring: Sendable, CustomStringConvertible {
    /// More keys than this in a file are a mistake.
    private static let limit = 16

    private let current: SealingKey
    private let older: [SealingKey]

    package init(_ current: SealingKey, older: [SealingKey] = []) {
        self.current = current
        self.older = older
    }

    package var description: String { "[sealing keys]" }

    /// Seals with the newest key.
    package func seal(_ bytes: [UInt8], for purpose: SealPurpose) -> String {
        self.current.seal(bytes, for: purpose)
    }

    /// Opens with whichever key sealed it.
    package func open(_ text: String, for purpose: SealPurpose) throws(SealError) -> [UInt8] {
        for key in self.older {
            do throws(SealError) {
                return try key.open(text, for: purpose)
            } catch .unknownKey {
                continue
            }
        }
        return try self.current.open(text, for: purpose)
    }
}

extension SealingKeyring {
    /// Why a file holds no keys.
    package enum FileError: Error, Sendable {
        case file(PrivateFileError)
        /// A line, counted from 1, is not 32 bytes in base64url; 0 when there is no line or there are too many.
        case malformed(path: String, line: Int)
    }

    /// Makes a file with one new key, which only its owner may read.
    ///
    /// - Throws: when there is a file already: a key that is overwritten is lost.
    package static func create(at path: String) throws(PrivateFileError) -> SealingKeyring {
        let key = SealingKey.random()
        try PrivateFile(path).create(Array("\(Base64URL.encode(key.revealBytes()))\n".utf8))
        return SealingKeyring(key)
    }

    /// Reads the keys of a file: one a line, the newest first.
    ///
    /// - Throws: `.file(.exposed)` when others than its owner may read it.
    package static func load(from path: String) throws(FileError) -> SealingKeyring {
        let bytes: [UInt8]
        do {
            bytes = try PrivateFile(path).contents()
        } catch {
            throw .file(error)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        var keys: [SealingKey] = []
        for (index, line) in lines.enumerated() {
            guard let key = Base64URL.decode(String(line)).flatMap(SealingKey.init(bytes:)) else {
                throw .malformed(path: path, line: index + 1)
            }
            keys.append(key)
        }
        guard let current = keys.first, keys.count <= Self.limit else { throw .malformed(path: path, line: 0) }
        return SealingKeyring(current, older: Array(keys.dropFirst()))
    }
}

extension SealingKeyring.FileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .malformed(let path, 0): "\(path): there must be 1 to 16 sealing keys, one a line"
        case .malformed(let path, let line): "\(path):\(line): this is no sealing key (32 bytes in base64url)"
        }
    }
}
