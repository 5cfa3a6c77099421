package import Model

/// The sealing keys of an edge: one that seals, and older ones that still open what they sealed.
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

    /// Which key seals, told from the key itself; says nothing about it.
    package var currentID: UInt32 { self.current.id }

    /// Seals with the newest key.
    package func seal(_ bytes: [UInt8], for purpose: SealPurpose) -> String {
        self.current.seal(bytes, for: purpose)
    }

    /// A short text that only equal bytes of one purpose have in common, made with the newest key.
    package func mark(_ bytes: [UInt8], for purpose: SealPurpose) -> String {
        self.current.mark(bytes, for: purpose)
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

    /// The same, sealed with the newest key; nil where it is.
    package func resealed(_ text: String, for purpose: SealPurpose) throws(SealError) -> String? {
        do throws(SealError) {
            _ = try self.current.open(text, for: purpose)
            return nil
        } catch .unknownKey {
            return self.seal(try self.open(text, for: purpose), for: purpose)
        }
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
        try PrivateFile(path).create(Self.line(of: key))
        return SealingKeyring(key)
    }

    /// A new key as it stands in a file.
    package static func newKey() -> Secret {
        Secret(String(decoding: Self.line(of: .random()).dropLast(), as: UTF8.self))
    }

    private static func line(of key: SealingKey) -> [UInt8] {
        Array("\(Base64URL.encode(key.revealBytes()))\n".utf8)
    }

    /// Puts a new key in front of those of a file: it seals from the next start on, and the others still open.
    package static func rotate(at path: String) throws(FileError) {
        let keyring = try Self.load(from: path)
        guard keyring.older.count + 1 < Self.limit else { throw .malformed(path: path, line: 0) }
        try Self.replace(path, with: [.random(), keyring.current] + keyring.older)
    }

    /// Takes all keys out of a file but the newest.
    package static func dropOlder(at path: String) throws(FileError) {
        try Self.replace(path, with: [try Self.load(from: path).current])
    }

    private static func replace(_ path: String, with keys: [SealingKey]) throws(FileError) {
        do throws(PrivateFileError) {
            try PrivateFile(path).replace(with: keys.flatMap(Self.line))
        } catch {
            throw .file(error)
        }
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
        return try Self.parse(Secret(String(decoding: bytes, as: UTF8.self)), from: path)
    }

    /// Reads keys, the newest first, with white space or commas between them.
    ///
    /// - Parameters:
    ///   - text: the keys.
    ///   - source: where they were found, for errors.
    /// - Throws: `.malformed`.
    /// - Returns: a ring of them.
    package static func parse(_ text: Secret, from source: String) throws(FileError) -> SealingKeyring {
        let parts = text.reveal().split { $0.isWhitespace || $0 == "," }
        var keys: [SealingKey] = []
        for (index, part) in parts.enumerated() {
            guard let key = Base64URL.decode(String(part)).flatMap(SealingKey.init(bytes:)) else {
                throw .malformed(path: source, line: index + 1)
            }
            keys.append(key)
        }
        guard let current = keys.first, keys.count <= Self.limit else { throw .malformed(path: source, line: 0) }
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
