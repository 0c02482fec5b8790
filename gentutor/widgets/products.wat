;; Matrix products, Adam and the passes of a ReLU layer for trainer.js, on float32 in SIMD, four
;; numbers an instruction.
;;
;; All matrices lie in one memory that the page makes. Addresses and strides are in bytes.
;; Rebuild products.wasm after a change: python tests/widgets/build_products.py
(module
  (import "page" "memory" (memory 1))

  ;; A block of 4 rows and 8 columns of C += A B, in eight registers.
  ;; C and B have rows $width apart; A(r, k) stands at $a + r $down + k $along.
  (func $block4x8 (param $c i32) (param $a i32) (param $b i32)
      (param $inner i32) (param $width i32) (param $down i32) (param $along i32)
    (local $c1 i32) (local $c2 i32) (local $c3 i32)
    (local $a1 i32) (local $a2 i32) (local $a3 i32)
    (local $left v128) (local $right v128) (local $x v128)
    (local $p0 v128) (local $p1 v128) (local $p2 v128) (local $p3 v128)
    (local $q0 v128) (local $q1 v128) (local $q2 v128) (local $q3 v128)
    (local.set $c1 (i32.add (local.get $c) (local.get $width)))
    (local.set $c2 (i32.add (local.get $c1) (local.get $width)))
    (local.set $c3 (i32.add (local.get $c2) (local.get $width)))
    (local.set $a1 (i32.add (local.get $a) (local.get $down)))
    (local.set $a2 (i32.add (local.get $a1) (local.get $down)))
    (local.set $a3 (i32.add (local.get $a2) (local.get $down)))
    (local.set $p0 (v128.load (local.get $c)))
    (local.set $q0 (v128.load offset=16 (local.get $c)))
    (local.set $p1 (v128.load (local.get $c1)))
    (local.set $q1 (v128.load offset=16 (local.get $c1)))
    (local.set $p2 (v128.load (local.get $c2)))
    (local.set $q2 (v128.load offset=16 (local.get $c2)))
    (local.set $p3 (v128.load (local.get $c3)))
    (local.set $q3 (v128.load offset=16 (local.get $c3)))
    (loop $k
      (local.set $left (v128.load (local.get $b)))
      (local.set $right (v128.load offset=16 (local.get $b)))
      (local.set $x (v128.load32_splat (local.get $a)))
      (local.set $p0 (f32x4.add (local.get $p0) (f32x4.mul (local.get $x) (local.get $left))))
      (local.set $q0 (f32x4.add (local.get $q0) (f32x4.mul (local.get $x) (local.get $right))))
      (local.set $x (v128.load32_splat (local.get $a1)))
      (local.set $p1 (f32x4.add (local.get $p1) (f32x4.mul (local.get $x) (local.get $left))))
      (local.set $q1 (f32x4.add (local.get $q1) (f32x4.mul (local.get $x) (local.get $right))))
      (local.set $x (v128.load32_splat (local.get $a2)))
      (local.set $p2 (f32x4.add (local.get $p2) (f32x4.mul (local.get $x) (local.get $left))))
      (local.set $q2 (f32x4.add (local.get $q2) (f32x4.mul (local.get $x) (local.get $right))))
      (local.set $x (v128.load32_splat (local.get $a3)))
      (local.set $p3 (f32x4.add (local.get $p3) (f32x4.mul (local.get $x) (local.get $left))))
      (local.set $q3 (f32x4.add (local.get $q3) (f32x4.mul (local.get $x) (local.get $right))))
      (local.set $b (i32.add (local.get $b) (local.get $width)))
      (local.set $a (i32.add (local.get $a) (local.get $along)))
      (local.set $a1 (i32.add (local.get $a1) (local.get $along)))
      (local.set $a2 (i32.add (local.get $a2) (local.get $along)))
      (local.set $a3 (i32.add (local.get $a3) (local.get $along)))
      (br_if $k (local.tee $inner (i32.sub (local.get $inner) (i32.const 1)))))
    (v128.store (local.get $c) (local.get $p0))
    (v128.store offset=16 (local.get $c) (local.get $q0))
    (v128.store (local.get $c1) (local.get $p1))
    (v128.store offset=16 (local.get $c1) (local.get $q1))
    (v128.store (local.get $c2) (local.get $p2))
    (v128.store offset=16 (local.get $c2) (local.get $q2))
    (v128.store (local.get $c3) (local.get $p3))
    (v128.store offset=16 (local.get $c3) (local.get $q3)))

  ;; One row and 8 columns: the rows that four do not divide.
  (func $block1x8 (param $c i32) (param $a i32) (param $b i32)
      (param $inner i32) (param $width i32) (param $along i32)
    (local $p v128) (local $q v128) (local $x v128)
    (local.set $p (v128.load (local.get $c)))
    (local.set $q (v128.load offset=16 (local.get $c)))
    (loop $k
      (local.set $x (v128.load32_splat (local.get $a)))
      (local.set $p (f32x4.add (local.get $p) (f32x4.mul (local.get $x) (v128.load (local.get $b)))))
      (local.set $q
        (f32x4.add (local.get $q) (f32x4.mul (local.get $x) (v128.load offset=16 (local.get $b)))))
      (local.set $b (i32.add (local.get $b) (local.get $width)))
      (local.set $a (i32.add (local.get $a) (local.get $along)))
      (br_if $k (local.tee $inner (i32.sub (local.get $inner) (i32.const 1)))))
    (v128.store (local.get $c) (local.get $p))
    (v128.store offset=16 (local.get $c) (local.get $q)))

  ;; One number: the columns that eight do not divide.
  (func $block1x1 (param $c i32) (param $a i32) (param $b i32)
      (param $inner i32) (param $width i32) (param $along i32)
    (local $p f32)
    (local.set $p (f32.load (local.get $c)))
    (loop $k
      (local.set $p
        (f32.add (local.get $p) (f32.mul (f32.load (local.get $a)) (f32.load (local.get $b)))))
      (local.set $b (i32.add (local.get $b) (local.get $width)))
      (local.set $a (i32.add (local.get $a) (local.get $along)))
      (br_if $k (local.tee $inner (i32.sub (local.get $inner) (i32.const 1)))))
    (f32.store (local.get $c) (local.get $p)))

  ;; C += A B for C ($rows, $cols) and B ($inner, $cols), $inner >= 1.
  (func (export "product") (param $c i32) (param $a i32) (param $b i32)
      (param $rows i32) (param $inner i32) (param $cols i32) (param $down i32) (param $along i32)
    (local $width i32) (local $cEnd i32) (local $cAt i32) (local $bAt i32)
    (local.set $width (i32.shl (local.get $cols) (i32.const 2)))
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $cAt (local.get $c))
        (local.set $bAt (local.get $b))
        (local.set $cEnd (i32.add (local.get $c) (local.get $width)))
        (if (i32.ge_u (local.get $rows) (i32.const 4))
          (then
            (block $edge
              (loop $column
                (br_if $edge
                  (i32.gt_u (i32.add (local.get $cAt) (i32.const 32)) (local.get $cEnd)))
                (call $block4x8 (local.get $cAt) (local.get $a) (local.get $bAt)
                  (local.get $inner) (local.get $width) (local.get $down) (local.get $along))
                (local.set $cAt (i32.add (local.get $cAt) (i32.const 32)))
                (local.set $bAt (i32.add (local.get $bAt) (i32.const 32)))
                (br $column)))
            (block $full
              (loop $column
                (br_if $full (i32.ge_u (local.get $cAt) (local.get $cEnd)))
                (call $column4 (local.get $cAt) (local.get $a) (local.get $bAt)
                  (local.get $inner) (local.get $width) (local.get $down) (local.get $along))
                (local.set $cAt (i32.add (local.get $cAt) (i32.const 4)))
                (local.set $bAt (i32.add (local.get $bAt) (i32.const 4)))
                (br $column)))
            (local.set $rows (i32.sub (local.get $rows) (i32.const 4)))
            (local.set $a (i32.add (local.get $a) (i32.shl (local.get $down) (i32.const 2))))
            (local.set $c (i32.add (local.get $c) (i32.shl (local.get $width) (i32.const 2)))))
          (else
            (block $edge
              (loop $column
                (br_if $edge
                  (i32.gt_u (i32.add (local.get $cAt) (i32.const 32)) (local.get $cEnd)))
                (call $block1x8 (local.get $cAt) (local.get $a) (local.get $bAt)
                  (local.get $inner) (local.get $width) (local.get $along))
                (local.set $cAt (i32.add (local.get $cAt) (i32.const 32)))
                (local.set $bAt (i32.add (local.get $bAt) (i32.const 32)))
                (br $column)))
            (block $full
              (loop $column
                (br_if $full (i32.ge_u (local.get $cAt) (local.get $cEnd)))
                (call $block1x1 (local.get $cAt) (local.get $a) (local.get $bAt)
                  (local.get $inner) (local.get $width) (local.get $along))
                (local.set $cAt (i32.add (local.get $cAt) (i32.const 4)))
                (local.set $bAt (i32.add (local.get $bAt) (i32.const 4)))
                (br $column)))
            (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
            (local.set $a (i32.add (local.get $a) (local.get $down)))
            (local.set $c (i32.add (local.get $c) (local.get $width)))))
        (br $row))))

  ;; Four numbers, one below the other.
  (func $column4 (param $c i32) (param $a i32) (param $b i32)
      (param $inner i32) (param $width i32) (param $down i32) (param $along i32)
    (local $r i32)
    (loop $row
      (call $block1x1 (local.get $c) (local.get $a) (local.get $b)
        (local.get $inner) (local.get $width) (local.get $along))
      (local.set $c (i32.add (local.get $c) (local.get $width)))
      (local.set $a (i32.add (local.get $a) (local.get $down)))
      (br_if $row (i32.lt_u (local.tee $r (i32.add (local.get $r) (i32.const 1))) (i32.const 4)))))

  ;; Adam on $count numbers, a multiple of four:
  ;; m += (1 - beta1) (g - m); v += (1 - beta2) (g g - v); w -= rate m / (sqrt(v) scale + 1e-8)
  (func (export "adam") (param $w i32) (param $g i32) (param $m i32) (param $v i32)
      (param $count i32) (param $rate f32) (param $scale f32)
      (param $first f32) (param $second f32)
    (local $at v128) (local $gradient v128) (local $mean v128) (local $square v128)
    (loop $four
      (local.set $gradient (v128.load (local.get $g)))
      (local.set $mean (v128.load (local.get $m)))
      (local.set $square (v128.load (local.get $v)))
      (local.set $mean
        (f32x4.add (local.get $mean)
          (f32x4.mul (f32x4.splat (local.get $first))
            (f32x4.sub (local.get $gradient) (local.get $mean)))))
      (local.set $square
        (f32x4.add (local.get $square)
          (f32x4.mul (f32x4.splat (local.get $second))
            (f32x4.sub (f32x4.mul (local.get $gradient) (local.get $gradient))
              (local.get $square)))))
      (v128.store (local.get $m) (local.get $mean))
      (v128.store (local.get $v) (local.get $square))
      (v128.store (local.get $w)
        (f32x4.sub (v128.load (local.get $w))
          (f32x4.div
            (f32x4.mul (f32x4.splat (local.get $rate)) (local.get $mean))
            (f32x4.add
              (f32x4.mul (f32x4.sqrt (local.get $square)) (f32x4.splat (local.get $scale)))
              (f32x4.splat (f32.const 1e-8))))))
      (local.set $w (i32.add (local.get $w) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (local.set $m (i32.add (local.get $m) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (br_if $four (local.tee $count (i32.sub (local.get $count) (i32.const 4))))))

  ;; Every row of Y ($rows, $cols) becomes b.
  (func (export "fill") (param $y i32) (param $b i32) (param $rows i32) (param $cols i32)
    (local $width i32) (local $at i32)
    (local.set $width (i32.shl (local.get $cols) (i32.const 2)))
    (loop $row
      (local.set $at (i32.const 0))
      (block $edge
        (loop $four
          (br_if $edge (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $width)))
          (v128.store (i32.add (local.get $y) (local.get $at))
            (v128.load (i32.add (local.get $b) (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $four)))
      (block $full
        (loop $one
          (br_if $full (i32.ge_u (local.get $at) (local.get $width)))
          (f32.store (i32.add (local.get $y) (local.get $at))
            (f32.load (i32.add (local.get $b) (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $one)))
      (local.set $y (i32.add (local.get $y) (local.get $width)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; b += the sum of the rows of Y ($rows, $cols).
  (func (export "sums") (param $b i32) (param $y i32) (param $rows i32) (param $cols i32)
    (local $width i32) (local $at i32) (local $to i32)
    (local.set $width (i32.shl (local.get $cols) (i32.const 2)))
    (loop $row
      (local.set $at (i32.const 0))
      (block $edge
        (loop $four
          (br_if $edge (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $width)))
          (local.set $to (i32.add (local.get $b) (local.get $at)))
          (v128.store (local.get $to)
            (f32x4.add (v128.load (local.get $to))
              (v128.load (i32.add (local.get $y) (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $four)))
      (block $full
        (loop $one
          (br_if $full (i32.ge_u (local.get $at) (local.get $width)))
          (local.set $to (i32.add (local.get $b) (local.get $at)))
          (f32.store (local.get $to)
            (f32.add (f32.load (local.get $to))
              (f32.load (i32.add (local.get $y) (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $one)))
      (local.set $y (i32.add (local.get $y) (local.get $width)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; y = max(0, y) on $count numbers, a multiple of four.
  (func (export "relu") (param $y i32) (param $count i32)
    (loop $four
      (v128.store (local.get $y)
        (f32x4.max (v128.load (local.get $y)) (v128.const f32x4 0 0 0 0)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $four (local.tee $count (i32.sub (local.get $count) (i32.const 4))))))

  ;; d = 0 where y <= 0, on $count numbers, a multiple of four.
  (func (export "mask") (param $d i32) (param $y i32) (param $count i32)
    (loop $four
      (v128.store (local.get $d)
        (v128.and (v128.load (local.get $d))
          (f32x4.gt (v128.load (local.get $y)) (v128.const f32x4 0 0 0 0))))
      (local.set $d (i32.add (local.get $d) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $four (local.tee $count (i32.sub (local.get $count) (i32.const 4)))))))
