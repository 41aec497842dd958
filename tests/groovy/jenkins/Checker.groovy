package jenkins

import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.AnnotationNode
import org.codehaus.groovy.ast.ClassCodeVisitorSupport
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.DynamicVariable
import org.codehaus.groovy.ast.FieldNode
import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.BreakStatement
import org.codehaus.groovy.ast.stmt.CatchStatement
import org.codehaus.groovy.ast.stmt.ContinueStatement
import org.codehaus.groovy.ast.stmt.ForStatement
import org.codehaus.groovy.ast.stmt.ReturnStatement
import org.codehaus.groovy.ast.stmt.SynchronizedStatement
import org.codehaus.groovy.ast.stmt.TryCatchStatement
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.CompilationCustomizer
import org.codehaus.groovy.runtime.DefaultGroovyMethods
import org.codehaus.groovy.syntax.Types

/**
 * Refuses in a var what Jenkins' CPS interpreter or its script sandbox refuses, and steps or arguments that the model does not
 * know. Methods of values are a list of those that are allowed, so that what nobody thought of is refused too. Each rule is
 * proved by a file in `refused/`.
 */
class Checker {

    /** Methods of text, numbers, lists and maps that script-security's generic whitelist has, and that take no closure. */
    static final Set<String> SAFE_METHODS = ['add', 'addAll', 'charAt', 'contains', 'containsKey', 'endsWith', 'get', 'indexOf', 'isEmpty',
        'isInteger', 'join', 'keySet', 'length', 'matches', 'put', 'putAll', 'remove', 'replace', 'replaceAll', 'size', 'split', 'startsWith',
        'substring', 'toInteger', 'toLowerCase', 'toString', 'tokenize', 'toUpperCase', 'trim', 'values'] as Set

    /** Methods with a closure that workflow-cps has its own versions of ("CpsDefaultGroovyMethods"). */
    static final Set<String> SAFE_WITH_CLOSURE = ['any', 'collect', 'collectEntries', 'collectMany', 'each', 'eachWithIndex', 'every', 'find',
        'findAll', 'groupBy', 'inject', 'call'] as Set

    /** Properties that lead out of the values of a pipeline. */
    static final Set<String> UNSAFE_PROPERTIES = ['class', 'metaClass', 'properties', 'bytes', 'text', 'binding', 'delegate', 'owner',
        'thisObject', 'parent'] as Set

    static final Set<String> ANNOTATIONS = ['NonCPS', 'Field'] as Set
    static final Set<String> CLASSES = ['java.lang.Math'] as Set
    /** What a runtime calls by itself, outside CPS. */
    static final Set<String> RUNTIME_METHODS = ['toString', 'equals', 'hashCode', 'compareTo'] as Set

    /** Types of locals, parameters and results whose values survive a restart. */
    static final Set<String> TYPES = ['Object', 'String', 'CharSequence', 'int', 'Integer', 'boolean', 'Boolean', 'Map', 'List', 'Set', 'Closure',
        'void'] as Set

    /** Methods that every script or closure has: a method of that name would hide one of them, or be hidden. */
    static final Set<String> TAKEN = (Script.methods*.name + Closure.methods*.name +
        DefaultGroovyMethods.methods.findAll { it.parameterTypes && it.parameterTypes[0] == Object }*.name - 'call' - 'toString' - 'equals' - 'hashCode') as Set

    /** What is wrong in a file: `line: rule: reason`, in the order of lines. `vars` are the names of the library. */
    static List<String> check(File file, Collection<String> vars) {
        List<Map> found = []
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.addCompilationCustomizers(new CompilationCustomizer(CompilePhase.CANONICALIZATION) {
            void call(SourceUnit source, GeneratorContext context, ClassNode node) {
                new Visitor(source, node, vars, found).check()
            }
        })
        new GroovyClassLoader(Checker.classLoader, configuration).parseClass(file)
        return found.unique().sort { it.line }.collect { "$it.line: $it.rule: $it.reason".toString() }
    }

    private static class Visitor extends ClassCodeVisitorSupport {
        final SourceUnit source
        final ClassNode node
        final Collection<String> vars
        final List<Map> found
        final Set<String> own
        private MethodNode method
        private final List<List<String>> scopes = []

        Visitor(SourceUnit source, ClassNode node, Collection<String> vars, List<Map> found) {
            this.source = source
            this.node = node
            this.vars = vars
            this.found = found
            own = node.methods*.name as Set
        }

        protected SourceUnit getSourceUnit() { source }

        void check() {
            if (!node.isScript()) {
                refuse(node, 'class', 'a var holds methods alone; a class of its own is not run by CPS where it has a constructor')
            }
            node.annotations.each { annotation(it) }
            node.fields.each { field(it) }
            visitClass(node)
        }

        private void refuse(ASTNode at, String rule, String reason) {
            if (at.lineNumber > 0) { // what the compiler adds has no line
                found << [line: at.lineNumber, rule: rule, reason: reason]
            }
        }

        private void annotation(AnnotationNode annotation) {
            if (!ANNOTATIONS.contains(annotation.classNode.nameWithoutPackage)) {
                refuse(annotation, 'annotation', "@${annotation.classNode.nameWithoutPackage} is refused by the sandbox or by CPS")
            }
        }

        private void field(FieldNode field) {
            if (!field.synthetic && field.lineNumber > 0 && !(field.initialExpression instanceof ConstantExpression)) {
                refuse(field, 'field', 'every script that names a var gets an instance of its own, so a field is not shared: hand a map on')
            }
        }

        @Override
        void visitMethod(MethodNode method) {
            if (method.name in ['main', 'run'] || method.synthetic || method.lineNumber < 0) {
                return
            }
            this.method = method
            if (RUNTIME_METHODS.contains(method.name) && !(method != null && Probe.nonCps(method))) {
                refuse(method, 'runtime-method', "$method.name is called from outside CPS: mark it @NonCPS")
            }
            if (method.lineNumber > 0 && (TAKEN + Model.STEPS.keySet() + Model.SYMBOLS.keySet() + vars).contains(method.name)) {
                refuse(method, 'name', "$method.name is a step, a var, or a method that every script has")
            }
            kept(method, method.returnType)
            method.parameters.each { kept(method, it.type) }
            if (method.isStatic()) {
                refuse(method, 'static', 'a static method of a var has no steps')
            }
            super.visitMethod(method)
        }

        /** A value of this type may be alive when Jenkins writes the program to disk. */
        private void kept(ASTNode at, ClassNode type) {
            if (!(method != null && Probe.nonCps(method)) && !TYPES.contains(type.nameWithoutPackage)) {
                refuse(at, 'kept-type', "a value of $type.nameWithoutPackage may not survive a restart")
            }
        }

        @Override
        void visitAnnotations(org.codehaus.groovy.ast.AnnotatedNode annotated) {
            annotated.annotations.each { annotation(it) }
        }

        @Override
        void visitMethodCallExpression(MethodCallExpression call) {
            String name = call.methodAsString
            List<Expression> arguments = call.arguments instanceof TupleExpression ? call.arguments.expressions : [call.arguments]
            boolean closure = arguments.any { it instanceof ClosureExpression }
            if (call.isSpreadSafe()) {
                refuse(call, 'spread', 'CPS does not run a spread call')
            }
            if (name == null) {
                refuse(call, 'dynamic-name', 'the name of a method has to stand there')
            } else if (call.isImplicitThis()) {
                named(call, name, arguments)
            } else if (!knownReceiver(call.objectExpression, name)) {
                if (closure && !SAFE_WITH_CLOSURE.contains(name)) {
                    refuse(call, 'closure', "$name is not run by CPS: a closure given to it ends it with a wrong result")
                } else if (!closure && !SAFE_METHODS.contains(name) && !SAFE_WITH_CLOSURE.contains(name)) {
                    refuse(call, 'method', "$name is not on the list of methods that the sandbox allows")
                }
            }
            if ((method != null && Probe.nonCps(method)) && vars.contains(receiver(call.objectExpression))) {
                refuse(call, 'step-in-noncps', 'a @NonCPS method returns at the first step')
            }
            super.visitMethodCallExpression(call)
        }

        private static String receiver(Expression expression) {
            return expression instanceof VariableExpression ? expression.name : ''
        }

        /** A method of a var of the library. */
        private boolean knownReceiver(Expression expression, String name) {
            return vars.contains(receiver(expression)) || (receiver(expression) == 'this' && own.contains(name)) ||
                (expression instanceof ClassExpression && CLASSES.contains(expression.type.name))
        }

        private void named(MethodCallExpression call, String name, List<Expression> arguments) {
            boolean own = this.own.contains(name)
            if ((method != null && Probe.nonCps(method)) && !(own && node.getMethods(name).every { Probe.nonCps(it) })) {
                refuse(call, 'step-in-noncps', "a @NonCPS method returns at the first step or CPS method: $name")
            }
            if (own || vars.contains(name) || method?.parameters.any { it.name == name } || local(name)) {
                return
            }
            Map step = Model.STEPS[name] ?: Model.SYMBOLS[name]
            Map given = [:]
            boolean body = false
            for (Expression argument in arguments) {
                if (argument instanceof MapExpression && name != 'parallel') {
                    argument.mapEntryExpressions.each { given[it.keyExpression.text] = constant(it.valueExpression) }
                } else if (argument instanceof ClosureExpression) {
                    body = true
                } else if (step?.alone) {
                    given[step.alone] = constant(argument)
                }
            }
            String mistake = Model.mistake(name, given, body)
            if (mistake) {
                refuse(call, 'step', mistake)
            }
        }

        private static Object constant(Expression expression) {
            return expression instanceof ConstantExpression ? expression.value : null
        }

        private boolean local(String name) {
            return scopes.any { it.contains(name) }
        }

        @Override
        void visitClosureExpression(ClosureExpression closure) {
            if (closure.parameters.any { it.hasInitialExpression() }) {
                refuse(closure, 'closure-default', 'CPS passes over the default of a closure parameter')
            }
            closure.parameters.each { kept(closure, it.type) }
            scopes << (closure.parameters ?: [])*.name
            super.visitClosureExpression(closure)
            scopes.pop()
        }

        @Override
        void visitDeclarationExpression(DeclarationExpression declaration) {
            Expression left = declaration.leftExpression
            for (Expression variable in (left instanceof VariableExpression ? [left] : left.expressions)) {
                kept(declaration, variable.originType)
                if (own.contains(variable.name)) {
                    refuse(declaration, 'shadow', "$variable.name is a method of this file too")
                }
            }
            super.visitDeclarationExpression(declaration)
        }

        @Override
        void visitBinaryExpression(BinaryExpression binary) {
            Expression left = binary.leftExpression
            boolean assigns = Types.ofType(binary.operation.type, Types.ASSIGNMENT_OPERATOR)
            if (assigns && left instanceof VariableExpression && left.accessedVariable instanceof DynamicVariable && node.getField(left.name) == null) {
                refuse(binary, 'undeclared', "$left.name is not declared: it would be shared by all branches of the build")
            }
            if (binary.operation.type == Types.FIND_REGEX) {
                refuse(binary, 'matcher', 'a Matcher cannot be serialised; use matches')
            }
            if (binary.operation.type == Types.KEYWORD_INSTANCEOF) {
                left.visit(this)
            } else {
                super.visitBinaryExpression(binary)
            }
        }

        @Override
        void visitVariableExpression(VariableExpression variable) {
            boolean known = variable.name in ['this', 'super'] || node.getField(variable.name) != null || vars.contains(variable.name) || Model.VARIABLES.contains(variable.name)
            if (variable.accessedVariable instanceof DynamicVariable && !known) {
                refuse(variable, 'variable', "there is no variable $variable.name")
            }
        }

        @Override
        void visitPropertyExpression(PropertyExpression property) {
            if (UNSAFE_PROPERTIES.contains(property.propertyAsString)) {
                refuse(property, 'property', "the sandbox refuses .$property.propertyAsString")
            }
            super.visitPropertyExpression(property)
        }

        @Override
        void visitConstructorCallExpression(ConstructorCallExpression call) {
            refuse(call, 'constructor', "new ${call.type.nameWithoutPackage} needs an approval or does not survive a restart")
            super.visitConstructorCallExpression(call)
        }

        @Override
        void visitClassExpression(ClassExpression expression) {
            if (!CLASSES.contains(expression.type.name)) {
                refuse(expression, 'type', "$expression.type.name needs an approval")
            }
        }

        @Override
        void visitMethodPointerExpression(MethodPointerExpression pointer) {
            refuse(pointer, 'method-pointer', 'a method pointer cannot be read after a restart')
            super.visitMethodPointerExpression(pointer)
        }

        @Override
        void visitGStringExpression(GStringExpression text) {
            refuse(text, 'gstring', 'interpolated text is never equal to plain text as a key, and shows secrets in a script: use + and the environment')
            super.visitGStringExpression(text)
        }

        @Override
        protected void visitListOfExpressions(List<? extends Expression> list) {
            list.findAll { it instanceof SpreadExpression }.each { refuse(it.expression, 'spread', 'CPS does not run a spread argument or element') }
            super.visitListOfExpressions(list)
        }

        @Override
        void visitSpreadMapExpression(SpreadMapExpression spread) {
            refuse(spread, 'spread', 'CPS does not run a spread map')
            super.visitSpreadMapExpression(spread)
        }

        @Override
        void visitSynchronizedStatement(SynchronizedStatement statement) {
            refuse(statement, 'synchronized', 'CPS does not run synchronized')
            super.visitSynchronizedStatement(statement)
        }

        @Override
        void visitTryCatchFinally(TryCatchStatement statement) {
            statement.finallyStatement.visit(new ClassCodeVisitorSupport() {
                protected SourceUnit getSourceUnit() { Visitor.this.source }

                void visitClosureExpression(ClosureExpression closure) { }

                void visitReturnStatement(ReturnStatement leaving) { left(leaving) }

                void visitBreakStatement(BreakStatement leaving) { left(leaving) }

                void visitContinueStatement(ContinueStatement leaving) { left(leaving) }

                private void left(ASTNode leaving) {
                    Visitor.this.refuse(leaving, 'finally', 'leaving a finally swallows aborts and failures')
                }
            })
            super.visitTryCatchFinally(statement)
        }

        @Override
        void visitCatchStatement(CatchStatement statement) {
            if (statement.variable.type.name != 'java.lang.NoSuchMethodError') {
                refuse(statement, 'catch', "catching ${statement.variable.type.nameWithoutPackage} swallows aborts and timeouts: use finally")
            }
            super.visitCatchStatement(statement)
        }

        @Override
        void visitForLoop(ForStatement loop) {
            ClassNode type = loop.collectionExpression.type
            if (loop.collectionExpression instanceof MapExpression || type.name in ['java.util.Map', 'java.lang.String']) {
                refuse(loop, 'loop', 'the iterator of a map or a text cannot be serialised: loop over keySet() or a list')
            }
            super.visitForLoop(loop)
        }
    }
}
