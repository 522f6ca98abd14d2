;; What one writes by hand for bench/programs/binarytrees.mote: the same trees, the same calls, the same numbers.
(module
  (type $node (sub final (struct
    (field $left (ref null $node))
    (field $right (ref null $node)))))

  ;; One line of output: 0 stretch tree, 1 trees of one depth, 2 long lived tree.
  (import "binarytrees" "report" (func $report (param $kind i32) (param $trees i32) (param $depth i32) (param $nodes i32)))

  (func $make (param $depth i32) (result (ref $node))
    (if (result (ref $node)) (i32.eqz (local.get $depth))
      (then (struct.new $node (ref.null $node) (ref.null $node)))
      (else
        (struct.new $node
          (call $make (i32.sub (local.get $depth) (i32.const 1)))
          (call $make (i32.sub (local.get $depth) (i32.const 1)))))))

  (func $check (param $tree (ref null $node)) (result i32)
    (local $left (ref null $node))
    (if (ref.is_null (local.get $tree)) (then (return (i32.const 0))))
    (if (ref.is_null (local.tee $left (struct.get $node $left (local.get $tree)))) (then (return (i32.const 1))))
    (i32.add
      (i32.add (i32.const 1) (call $check (local.get $left)))
      (call $check (struct.get $node $right (local.get $tree)))))

  (func (export "run") (param $most i32)
    (local $longLived (ref null $node))
    (local $depth i32) (local $rounds i32) (local $i i32) (local $nodes i32)
    (if (i32.lt_s (local.get $most) (i32.const 6)) (then (local.set $most (i32.const 6))))
    (call $report (i32.const 0) (i32.const 1) (i32.add (local.get $most) (i32.const 1))
      (call $check (call $make (i32.add (local.get $most) (i32.const 1)))))
    (local.set $longLived (call $make (local.get $most)))
    (local.set $depth (i32.const 4))
    (loop $depths
      (local.set $rounds
        (i32.shl (i32.const 1) (i32.add (i32.sub (local.get $most) (local.get $depth)) (i32.const 4))))
      (local.set $nodes (i32.const 0))
      (local.set $i (i32.const 0))
      (loop $trees
        (local.set $nodes (i32.add (local.get $nodes) (call $check (call $make (local.get $depth)))))
        (br_if $trees
          (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rounds))))
      (call $report (i32.const 1) (local.get $rounds) (local.get $depth) (local.get $nodes))
      (br_if $depths
        (i32.le_s (local.tee $depth (i32.add (local.get $depth) (i32.const 2))) (local.get $most))))
    (call $report (i32.const 2) (i32.const 1) (local.get $most) (call $check (local.get $longLived)))))
