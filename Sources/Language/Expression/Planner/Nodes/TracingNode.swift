/// Notes the value of another node each time that it is evaluated. Only plans that are made for it have such nodes.
final class TracingNode: Node {
    let range: Range<Int>
    private let inner: any Node

    init(_ inner: any Node) {
        self.range = inner.range
        self.inner = inner
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        do throws(EvaluationError) {
            let value = try self.inner.evaluate(run)
            run.note(.success(value), at: self.range)
            return value
        } catch {
            run.note(.failure(error), at: self.range)
            throw error
        }
    }
}
